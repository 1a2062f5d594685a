"""Following a remote job: whole lines, nothing twice, and a machine that powers itself off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aib_airflow.azure.errors import UnavailableError
from aib_airflow.remote.job import ConnectionLostError, JobStatus
from aib_airflow.triggers import ssh
from aib_airflow.triggers.ssh import JobTrigger

SOON = (datetime.now(UTC) + timedelta(hours=1)).isoformat()


class FakeMachine:
    """A machine whose job has written `output` so far."""

    def __init__(self) -> None:
        self.output = b""
        self.exit_code: int | None = None
        self.is_lost = False

    async def poll(self, job_id: str, offset: int) -> JobStatus:
        if self.is_lost:
            raise ConnectionLostError("dropped")
        return JobStatus(self.output[offset:], self.exit_code)


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine()


@pytest.fixture
def lines() -> list[str]:
    """What is in the task's log."""
    return []


def trigger(machine: FakeMachine, lines: list[str], **more: Any) -> JobTrigger:
    made = JobTrigger(
        conn_id="c", deadline=SOON, what="it", target={"address": "127.0.0.1"}, job_id="j", **more
    )
    made._machine = machine
    made.log.info = lambda text, *values: lines.append(text % values)  # the log's own ways are not at stake
    return made


async def test_lines_are_logged_whole_and_once(machine, lines) -> None:
    """Half a line, or half a letter, waits for its other half."""
    follow = trigger(machine, lines)
    umlaut = "ä".encode()
    machine.output = b"one\ntw" + umlaut[:1]
    assert await follow.look(None) is None
    assert lines == ["one"]
    machine.output = b"one\ntw" + umlaut + b"\n"
    assert await follow.look(None) is None
    assert lines == ["one", "twä"]


async def test_another_triggerer_goes_on_where_the_first_stopped(machine, lines) -> None:
    """The offset is part of what is stored."""
    first = trigger(machine, lines)
    machine.output = b"one\n"
    await first.look(None)
    _, stored = first.serialize()
    machine.output += b"two\n"
    await trigger(machine, lines, offset=stored["offset"]).look(None)
    assert lines == ["one", "two"]


async def test_the_end_brings_exit_code_last_line_and_tail(machine, lines) -> None:
    """Also a last line without its newline."""
    machine.output, machine.exit_code = b"".join(b"%d\n" % n for n in range(20)) + b"end", 3
    assert await trigger(machine, lines).look(None) == {
        "exit_code": 3,
        "tail": [*map(str, range(11, 20)), "end"],
    }
    assert lines[-1] == "end"


@pytest.mark.parametrize(("state", "ended"), [("stopped", True), ("deallocated", True), ("running", False)])
async def test_a_machine_that_powered_itself_off_is_a_success(
    machine, lines, monkeypatch, state, ended
) -> None:
    """Its user and key are gone by then: the power state is the proof, and a lost connection alone is none."""

    async def power_state(*_: object) -> str:
        return state

    monkeypatch.setattr(ssh, "power_state", power_state)
    machine.is_lost = True
    follow = trigger(machine, lines, vm_id="/vm")
    if ended:
        assert await follow.look(None) == {"exit_code": 0, "tail": []}
    else:
        with pytest.raises(UnavailableError, match="dropped"):
            await follow.look(None)


async def test_such_a_script_must_not_end_by_itself(machine, lines) -> None:
    """Exit code 0 without the power-off is not yet success; any other is failure at once."""
    follow = trigger(machine, lines, vm_id="/vm")
    machine.exit_code = 0
    assert await follow.look(None) is None
    machine.exit_code = 1
    assert await follow.look(None) == {"exit_code": 1, "tail": []}
