"""From template files to DAGs: the only place that makes operators.

Reads local files and nothing else: no network, no connection, no variable, no Azure SDK.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
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
from aib_airflow.operators.unsupported import UnsupportedStageOperator
from aib_airflow.plan import BuildPlan
from aib_airflow.sensors.region import RegionSensor

CUSTOMIZERS = {"Shell": ShellCustomizeOperator, "File": FileCustomizeOperator}

_SURE_CHARACTERS = 60
"""Characters of an image's name that are its file's, however long the name in the file is."""

MAX_READ_BYTES = 1024 * 1024
"""Bytes of a script or file that is read at each pass, to notice that it has changed."""


def load_dags(path: Path, image: str | None = None) -> dict[str, DAG]:
    """Make the DAGs of all templates in a folder, of the folder's files for one image, or of one file.

    They come by DAG id. In a task's process only that task's DAG is made, and only files that may hold it are
    opened. Broken templates do not hide the others: they come as DAGs that Airflow refuses, so that their
    faults are import errors.
    """
    wanted = get_parsing_context().dag_id
    files = _find_files(path.resolve(), image, wanted)  # a link to a folder may be set anew while it is read
    dags: dict[str, DAG] = {}
    broken: dict[Path, tuple[template.Fault, ...]] = {}
    with _uncollected():
        for file in files:
            try:
                _add_dags(file, wanted, dags)
            except template.TemplateError as error:
                broken[file] = error.faults
    if broken and image is None and os.environ.get("_AIRFLOW_PROCESS_CONTEXT") == "client":
        return dags | {f"broken.{file.name}": BrokenTemplate(file, faults) for file, faults in broken.items()}
    if broken:
        dags["broken_templates"] = BrokenTemplates(fault for faults in broken.values() for fault in faults)
    return dags


def _find_files(path: Path, image: str | None, wanted: str | None) -> Sequence[Path]:
    if path.is_file():
        return [path]
    if image is not None:
        return _files_named(path, [image])
    if wanted is not None:
        return _files_that_may_hold(path, wanted)
    return template.find_templates(path)


def _files_that_may_hold(folder: Path, wanted: str) -> Sequence[Path]:
    """Return the files of a DAG's name: it is the file's stem, or that, a dot, and a name in the file."""
    words = wanted.split(".")
    stems = [".".join(words[:count]) for count in range(1, len(words) + 1)]
    if found := _files_named(folder, stems):
        return found
    # the DAG of a file whose stem can be no DAG's id begins with what is left of that
    return [
        file
        for file in template.find_templates(folder)
        if wanted.startswith(template.image_name(file.stem)[:_SURE_CHARACTERS])
    ]


def _files_named(folder: Path, stems: Iterable[str]) -> list[Path]:
    """Return the files that find_templates would, of these stems only: a folder of thousands is not listed."""
    found: list[Path] = []
    for stem in stems:
        pipelines = [file for suffix in (".yaml", ".yml") if (file := folder / f"{stem}{suffix}").is_file()]
        found += pipelines or [file for file in [folder / f"{stem}.json"] if file.is_file()]
    return found


def _add_dags(file: Path, wanted: str | None, dags: dict[str, DAG]) -> None:
    """Make the DAGs of one file. Raises TemplateError."""
    for each in template.read(file).require():
        if wanted is not None and each.image != wanted:
            continue
        if each.image in dags:
            message = f"another file makes the image '{each.image}', too"
            raise template.TemplateError(
                [template.Fault(file, template.START, "", message, "rename one of the two")]
            )
        dags[each.image] = build_dag(planning.compile(each))


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
    """Stands for templates that cannot become DAGs: their faults are the loading file's import error."""

    def __init__(self, faults: Iterable[template.Fault]) -> None:
        super().__init__("broken_templates", schedule=None)
        self._error = template.TemplateError(faults)

    def validate(self) -> NoReturn:
        """Raise all faults; Airflow shows them."""
        raise self._error


class BrokenTemplate(DAG):
    """Stands for one broken template among others, and says so to the DAG processor later than usual.

    An import error of the loading file would take all DAGs of that file out of service, with their running
    builds. Airflow files an error while serialising under the DAG's own path: here that is the template.
    """

    def __init__(self, file: Path, faults: Iterable[template.Fault]) -> None:
        self._file = file
        self._error = template.TemplateError(faults)
        super().__init__(template.image_name(f"broken.{file.stem}"), schedule=None)

    @property
    def relative_fileloc(self) -> str:
        """The template, as seen from the loading file."""
        return os.path.relpath(self._file, Path(self.fileloc).resolve().parent)

    @relative_fileloc.setter
    def relative_fileloc(self, path: str) -> None:
        """Ignore the loading file's path."""

    @property  # type: ignore[override]  # an attribute of DAG; reading it is how serialising fails
    def edge_info(self) -> NoReturn:
        """Raise all faults when this is serialised."""
        raise self._error

    @edge_info.setter
    def edge_info(self, info: Any) -> None:
        """Have none."""


def build_dag(plan: BuildPlan) -> DAG:
    """Make the DAG of one plan."""
    dag = DAG(
        dag_id=plan.image,
        description=f"Build the image {plan.image} by Azure Image Builder's template {plan.template.path.name}",
        doc_md=_document(plan),
        schedule=_schedule(plan),
        catchup=False,
        max_active_runs=1,
        tags=["aib", plan.location] if plan.location else ["aib"],
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
    tested = _chain_after(capture, _validators(plan))
    for step in plan.distributions:
        distribute = DistributeSharedImageOperator(
            task_id=step.task_id, plan=plan, run_output=step.run_output
        )
        regions = [
            RegionSensor(task_id=region.task_id, plan=plan, distribute=step.task_id, region=region.region)
            for region in step.regions
        ]
        chain(tested, distribute, regions)
        cross_downstream(regions, [publish, close])
    for export in _exports(plan):
        chain(tested, export, [publish, close])
    chain(capture, release, close)
    # `publish` stays beside it: a teardown that may fail the run hides the failures of all that is before it.
    close.as_teardown(setups=reserve, on_failure_fail_dagrun=True)


def _chain_after(task: BuildOperator, followers: Sequence[BuildOperator]) -> BuildOperator:
    """Let tasks follow one another, and return the last."""
    chain(task, *followers)
    return followers[-1] if followers else task


def _customizers(plan: BuildPlan) -> list[BuildOperator]:
    return [
        CUSTOMIZERS[step.step.type](task_id=step.task_id, plan=plan, number=step.number)
        if step.step.type in CUSTOMIZERS
        else UnsupportedStageOperator(task_id=step.task_id, plan=plan, what=f"customizer {step.label}")
        for step in plan.customizers
    ]


def _validators(plan: BuildPlan) -> list[BuildOperator]:
    return [
        UnsupportedStageOperator(task_id=step.task_id, plan=plan, what=f"validator {step.label}")
        for step in plan.validators
    ]


def _exports(plan: BuildPlan) -> list[BuildOperator]:
    return [
        UnsupportedStageOperator(
            task_id=step.task_id, plan=plan, what=f"distributor {step.distributor.type} {step.run_output}"
        )
        for step in plan.exports
    ]


def _schedule(plan: BuildPlan) -> Any:
    schedule = plan.template.pipeline.schedule
    return CronTriggerTimetable(schedule.cron, timezone=schedule.timezone) if schedule else None


def _document(plan: BuildPlan) -> str:
    """Show the file, and beside it a digest of everything else that decides what is built.

    Not for people alone: a change of what is written here makes a new version of the DAG, and a run goes on
    with the files of the version that it began with.
    """
    source = plan.template
    language = "json" if source.path.suffix == ".json" else "yaml"
    lines = [f"```{language}\n{source.text}\n```", "", "| file | content |", "|---|---|"]
    lines.append(f"| {source.origin.file.path.name}, evaluated | `{plan.digest[:16]}` |")
    scripts = {step.script.path for step in (*plan.customizers, *plan.validators) if step.script}
    lines += [
        f"| {script.relative_to(source.folder)} | `{_fingerprint(script)}` |"
        for script in sorted(path for path in scripts if path is not None)
    ]
    return "\n".join(lines)


def _fingerprint(file: Path) -> str:
    """Return a digest of a file, or for one too large to be read at each pass what the disk says of it."""
    try:
        status = file.stat()
        if status.st_size > MAX_READ_BYTES:
            return f"{status.st_size} bytes of {status.st_mtime_ns}"
        return hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    except OSError as failure:
        return str(failure.strerror)
