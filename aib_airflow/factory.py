"""From template files to DAGs: the only place that makes operators.

Reads local files and nothing else: no network, no connection, no variable, no Azure SDK.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from airflow.sdk import (
    DAG,
    CronTriggerTimetable,
    TriggerRule,
    chain,
    cross_downstream,
    get_parsing_context,
)
from airflow.sdk.definitions.param import ParamsDict

from aib_airflow import params, template
from aib_airflow import plan as planning
from aib_airflow.assets import image_asset
from aib_airflow.operators.base import BuildOperator
from aib_airflow.operators.capture import CaptureImageOperator
from aib_airflow.operators.close_build import CloseBuildOperator
from aib_airflow.operators.customize import FileCustomizeOperator, ShellCustomizeOperator
from aib_airflow.operators.distribute import DistributeSharedImageOperator
from aib_airflow.operators.generalize import GeneralizeMachineOperator
from aib_airflow.operators.network import CreateNetworkOperator
from aib_airflow.operators.prepare import PrepareBuildOperator
from aib_airflow.operators.provision import ProvisionMachineOperator
from aib_airflow.operators.publish import PublishImageOperator
from aib_airflow.operators.release import ReleaseMachineOperator
from aib_airflow.operators.reserve import ReserveBuildOperator
from aib_airflow.operators.resource_group import CreateResourceGroupOperator
from aib_airflow.plan import BuildPlan
from aib_airflow.sensors.region import RegionSensor

CUSTOMIZERS = {"Shell": ShellCustomizeOperator, "File": FileCustomizeOperator}


def load_dags(path: Path) -> dict[str, DAG]:
    """Make the DAG of each template in a folder (or of one file), by DAG id.

    In a task's process only that task's DAG is made. Broken templates do not hide the others: they come as
    one more DAG that Airflow refuses to validate, so that their faults are the loading file's import error.
    """
    wanted = get_parsing_context().dag_id
    dags: dict[str, DAG] = {}
    broken: list[template.TemplateError] = []
    with _uncollected():
        for file in [path] if path.is_file() else template.find_templates(path):
            if wanted is not None and wanted != file.stem:
                continue
            try:
                dags[file.stem] = build_dag(planning.compile(template.load(file)))
            except template.TemplateError as error:
                broken.append(error)
    if broken:
        dags["broken_templates"] = BrokenTemplates(broken)
    return dags


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the garbage collector: what is made here stays, and looking through it all takes half of a pass."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class BrokenTemplates(DAG):
    """Stands for templates that cannot become DAGs."""

    def __init__(self, errors: list[template.TemplateError]) -> None:
        super().__init__("broken_templates", schedule=None)
        self._errors = errors

    def validate(self) -> NoReturn:
        """Raise all faults; Airflow shows them as the loading file's import error."""
        raise template.TemplateError([fault for error in self._errors for fault in error.faults])


def build_dag(plan: BuildPlan) -> DAG:
    """Make the DAG of one plan."""
    dag = DAG(
        dag_id=plan.image,
        description=f"Build the image {plan.image} by Azure Image Builder's template {plan.template.path.name}",
        doc_md=f"```{_language(plan)}\n{plan.template.text}\n```",
        schedule=_schedule(plan),
        catchup=False,
        max_active_runs=1,
        tags=["aib", plan.location],
    )
    with dag:
        _wire(plan)
    # Behind the tasks: each would deep-copy and serialise the params, by far the dearest part of a pass, and
    # at run time they come from the run.
    dag.params = ParamsDict(params.declare(plan))
    return dag


def _wire(plan: BuildPlan) -> None:
    reserve = ReserveBuildOperator(task_id="reserve", plan=plan).as_setup()  # type: ignore[no-untyped-call]  # Airflow left it bare
    capture = CaptureImageOperator(task_id="capture", plan=plan)
    release = ReleaseMachineOperator(task_id="release", plan=plan)
    publish = PublishImageOperator(
        task_id="publish",
        plan=plan,
        outlets=[image_asset(step) for step in plan.distributions],
        trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS,  # a run may leave out regions
    )
    close = CloseBuildOperator(task_id="close_build", plan=plan, retries=5)
    chain(
        reserve,
        PrepareBuildOperator(task_id="prepare", plan=plan),
        CreateResourceGroupOperator(task_id="resource_group", plan=plan),
        CreateNetworkOperator(task_id="network", plan=plan),
        ProvisionMachineOperator(task_id="provision", plan=plan),
        *_customizers(plan),
        GeneralizeMachineOperator(task_id="generalize", plan=plan),
        capture,
    )
    for step in plan.distributions:
        distribute = DistributeSharedImageOperator(
            task_id=step.task_id, plan=plan, run_output=step.run_output
        )
        regions = [
            RegionSensor(task_id=region.task_id, plan=plan, distribute=step.task_id, region=region.region)
            for region in step.regions
        ]
        chain(capture, distribute, regions)
        cross_downstream(regions, [publish, close])
    chain(capture, release, close)
    # `publish` stays beside it: a teardown that may fail the run hides the failures of all that is before it.
    close.as_teardown(setups=reserve, on_failure_fail_dagrun=True)


def _customizers(plan: BuildPlan) -> list[BuildOperator]:
    return [
        CUSTOMIZERS[step.customizer.type](task_id=step.task_id, plan=plan, number=step.number)
        for step in plan.customizers
    ]


def _schedule(plan: BuildPlan) -> Any:
    schedule = plan.template.pipeline.schedule
    return CronTriggerTimetable(schedule.cron, timezone=schedule.timezone) if schedule else None


def _language(plan: BuildPlan) -> str:
    return "json" if plan.template.path.suffix == ".json" else "yaml"
