"""Stage `reserve`: what cannot become the image that was asked for is refused before anything is made."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from aib_airflow import params, plan, template
from aib_airflow.operators.reserve import ReserveBuildOperator

DEMO = Path(__file__).parents[3] / "dags" / "images" / "debian12_baseline.json"


@pytest.fixture(scope="module")
def demo() -> plan.BuildPlan:
    return plan.compile(template.load(DEMO))


def reserve(planned: plan.BuildPlan, **values: Any) -> dict[str, str]:
    """Run the stage as a run with these params would."""
    run = SimpleNamespace(run_id="manual__1", start_date=datetime.now(UTC))
    form = {name: param.value for name, param in params.declare(planned).items()}
    stage = ReserveBuildOperator(task_id="reserve", plan=planned)
    return stage.execute({"dag_run": run, "params": form | values})  # type: ignore[typeddict-item]  # what it reads


def test_a_build_that_can_be_built_gets_its_names(demo) -> None:
    """They follow from the image and the run."""
    assert reserve(demo)["resource_group"].startswith("aib-debian12")


def test_a_build_that_this_version_cannot_build_is_refused_by_name(demo) -> None:
    """Better no image than one that lacks what was asked for."""
    missing = demo.template.fault(("properties", "optimize"), "optimisation is not built", "", "warning")
    with pytest.raises(AirflowFailException, match="optimisation is not built"):
        reserve(dataclasses.replace(demo, unsupported=(missing,)))


def test_parameters_that_ask_for_other_tasks_are_refused(demo) -> None:
    """A step that has no task would be left out in silence."""
    fewer = dataclasses.replace(demo, customizers=demo.customizers[1:])
    with pytest.raises(AirflowFailException, match=r"customize\.1_Shell"):
        reserve(fewer, hardening="strict")
