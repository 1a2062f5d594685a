"""A stage that changes Azure: rounds of operations, remembered before the worker is let go."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import TaskDeferred

from aib_airflow.azure.errors import CapacityError
from aib_airflow.azure.operation import Kind, Operation
from aib_airflow.hooks.aib import AibHook
from aib_airflow.operators.base import ArmOperator
from aib_airflow.triggers.base import AzureTrigger

FIRST = Operation("/op/1", Kind.STATUS, "make the first")


class FakeState(dict[str, Any]):
    """A task's state store, in memory."""

    def set(self, key: str, value: Any) -> None:
        self[key] = value

    def delete(self, key: str) -> None:
        self.pop(key, None)


class TwoRounds(ArmOperator):
    """Starts one operation in its first round, and has nothing to wait for in its second."""

    rounds = ("first", "second")
    calls: list[str]

    def first(self, arm: Any, build: Any, context: Any) -> list[Operation | None]:
        self.calls.append("first")
        return [FIRST, None]

    def second(self, arm: Any, build: Any, context: Any) -> list[Operation | None]:
        self.calls.append("second")
        return [None]

    def finish(self, arm: Any, build: Any, context: Any) -> str:
        return "made"


@pytest.fixture
def stage(monkeypatch) -> TwoRounds:
    operator = TwoRounds(task_id="stage", plan=SimpleNamespace(retries=2))
    operator.calls = []
    monkeypatch.setattr(
        operator, "build", lambda _: SimpleNamespace(deadline=datetime.now(UTC) + timedelta(hours=1))
    )
    monkeypatch.setattr(operator, "arm", contextlib.nullcontext)
    monkeypatch.setattr(AibHook, "account", lambda _: None)
    monkeypatch.setattr(AzureTrigger, "attend", nothing_yet)
    return operator


async def nothing_yet(*_: Any) -> None:
    """Not done within the worker's patience."""


@pytest.fixture
def context() -> dict[str, Any]:
    return {"task_state_store": FakeState(), "ti": SimpleNamespace(max_tries=2)}


def test_a_round_is_remembered_and_waited_for_without_a_worker(stage, context) -> None:
    """The operation is in the task's state before the task is deferred."""
    with pytest.raises(TaskDeferred) as deferred:
        stage.execute(context)
    assert context["task_state_store"] == {"round-0-of-2": [FIRST.to_json()]}
    assert deferred.value.trigger.operations == [FIRST.to_json()]
    assert deferred.value.timeout > timedelta(hours=1)


def test_what_is_done_at_once_is_not_deferred(stage, context, monkeypatch) -> None:
    """A worker's moment of patience saves the way to the triggerer and back."""

    async def done(*_: Any) -> dict[str, Any]:
        return {}

    monkeypatch.setattr(AzureTrigger, "attend", done)
    assert stage.execute(context) == "made"
    assert stage.calls == ["first", "second"]


def test_another_attempt_waits_for_what_the_first_began(stage, context) -> None:
    """Nothing is started twice."""
    for _ in range(2):
        with pytest.raises(TaskDeferred):
            stage.execute(context)
    assert stage.calls == ["first"]


def test_a_cleared_task_starts_afresh(stage, context) -> None:
    """Airflow raises max_tries when somebody clears a task."""
    for tries in (2, 5):
        context["ti"].max_tries = tries
        with pytest.raises(TaskDeferred):
            stage.execute(context)
    assert stage.calls == ["first", "first"]


def test_the_next_round_follows_and_the_last_gives_the_result(stage, context) -> None:
    """A round with nothing to wait for is passed through."""
    assert stage.resume(context, {}, round_number=0) == "made"
    assert stage.calls == ["second"]


def test_a_failed_round_is_forgotten_and_raised_as_what_it_was(stage, context) -> None:
    """The next attempt starts the operation again; the retry policy sees Azure's reason."""
    with pytest.raises(TaskDeferred):
        stage.execute(context)
    event = {"error": "CapacityError", "code": "AllocationFailed", "message": "no room"}
    with pytest.raises(CapacityError, match="no room"):
        stage.resume(context, event, round_number=0)
    assert context["task_state_store"] == {}
