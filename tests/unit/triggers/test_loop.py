"""The loop of all triggers."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aib_airflow.azure import client
from aib_airflow.azure.credentials import Account
from aib_airflow.azure.errors import QuotaError, UnavailableError
from aib_airflow.hooks.aib import AibHook
from aib_airflow.triggers.base import AzureTrigger, DeadlineError, raise_for
from aib_airflow.triggers.operation import OperationTrigger
from aib_airflow.triggers.region import RegionTrigger
from aib_airflow.triggers.ssh import JobTrigger, SshReadyTrigger

SOON = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
WAIT = {"conn_id": "c", "deadline": SOON, "what": "it"}


class Scripted(AzureTrigger):
    """Sees, one after the other, what a test wants it to see."""

    sights: list[Any]

    async def look(self, client: Any) -> dict[str, Any] | None:
        sight = self.sights.pop(0)
        if isinstance(sight, Exception):
            raise sight
        return sight


@pytest.fixture(autouse=True)
def no_azure(monkeypatch) -> None:
    """No connection, no client: the loop alone."""

    async def account(_: AibHook) -> Account:
        return Account("s", polling_interval_s=0)

    monkeypatch.setattr(AibHook, "aaccount", account)
    monkeypatch.setattr(client, "polling_client", contextlib.nullcontext)


async def fire(*sights: Any, deadline: str = SOON) -> dict[str, Any]:
    trigger = Scripted(conn_id="c", deadline=deadline, what="the thing")
    trigger.sights = list(sights)
    events = [event.payload async for event in trigger.run()]
    assert len(events) == 1
    return events[0]


async def test_it_looks_until_it_is_done() -> None:
    """None means look again."""
    assert await fire(None, None, {"x": 1}) == {"x": 1}


async def test_an_error_that_may_pass_is_looked_past() -> None:
    """Throttling and outages do not end a wait."""
    assert await fire(UnavailableError("503"), {"x": 1}) == {"x": 1}


async def test_a_final_error_arrives_in_the_task_as_what_it_was() -> None:
    """The retry policy decides by the error's class."""
    with pytest.raises(QuotaError, match="no cores") as error:
        raise_for(await fire(QuotaError("no cores", "QuotaExceeded")))
    assert error.value.code == "QuotaExceeded"


async def test_a_deadline_names_what_was_awaited_and_what_was_last_seen() -> None:
    """A throttled look counts: the wait ends in time whatever happens."""
    past = datetime.now(UTC).isoformat()
    with pytest.raises(DeadlineError, match=r"the thing: not done by .*; last look: 503"):
        raise_for(await fire(UnavailableError("503"), deadline=past))


async def test_a_worker_attends_for_a_moment_only() -> None:
    """What is done at once needs no triggerer; what is not, goes there."""
    trigger = Scripted(conn_id="c", deadline=SOON, what="the thing")
    trigger.sights = [None, {"x": 1}]
    assert await trigger.attend(Account("s", polling_interval_s=0), 5) == {"x": 1}
    trigger.sights = [None]
    assert await trigger.attend(Account("s", polling_interval_s=60), 0.01) is None


@pytest.mark.parametrize(
    "trigger",
    [
        OperationTrigger(operations=[{"path": "/x", "kind": "status", "what": "it"}], **WAIT),
        RegionTrigger(version_id="/v", region="westus2", **WAIT),
        SshReadyTrigger(target={"address": "127.0.0.1"}, **WAIT),
        JobTrigger(target={"address": "127.0.0.1"}, job_id="j", vm_id="/vm", **WAIT),
    ],
    ids=lambda trigger: type(trigger).__name__,
)
def test_any_triggerer_can_go_on(trigger: AzureTrigger) -> None:
    """A trigger is its class path and JSON."""
    path, arguments = trigger.serialize()
    module, _, name = path.rpartition(".")
    again = getattr(__import__(module, fromlist=[name]), name)(**json.loads(json.dumps(arguments)))
    assert again.serialize() == (path, arguments)
