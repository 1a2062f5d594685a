"""The demo's children: logs, sudden ends, and stopping all they started."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aib_airflow.cli.demo import processes
from aib_airflow.cli.demo.processes import MARK, Child, Process, belonging
from aib_airflow.cli.demo.work import WorkFolder
from aib_airflow.cli.errors import CommandError

# Says that it is up by closing its end of a pipe, then waits for a signal: no test has to sleep.
SLEEPER = "import os, signal, sys; os.close(int(sys.argv[1])); signal.pause()"
# Starts a sleeper in a session of its own whose parent is gone, as a daemon's is.
DAEMON = (
    "import os, subprocess, sys; "
    f"subprocess.Popen([sys.executable, '-c', {SLEEPER!r}, sys.argv[1]], "
    "pass_fds=[int(sys.argv[1])], start_new_session=True)"
)


@pytest.fixture
def work(tmp_path: Path) -> Iterator[WorkFolder]:
    work = WorkFolder(tmp_path)
    yield work
    work.stop()


def start_and_wait(code: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start `code` with the writing end of a pipe, and return when every copy of that end is closed."""
    reading, writing = os.pipe()
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(writing)],
        pass_fds=[writing],
        env=environment,
        start_new_session=True,
    )
    os.close(writing)
    os.read(reading, 1)
    os.close(reading)
    return child


def test_a_session_a_descendant_and_a_marked_process_belong_to_the_demo() -> None:
    """Three ways to be found; nobody else's process is."""
    table = [
        Process(pid=100, parent=1, session=100),
        Process(pid=101, parent=1, session=100),
        Process(pid=102, parent=101, session=102),
        Process(pid=103, parent=102, session=103),
        Process(pid=200, parent=1, session=200),
        Process(pid=201, parent=200, session=200),
        Process(pid=300, parent=1, session=300),
    ]
    assert belonging(table, {100}, {200}) == {100, 101, 102, 103, 200, 201}


def test_our_own_process_is_never_among_them() -> None:
    """Even when the demo itself carries the mark."""
    assert belonging([Process(pid=os.getpid(), parent=1, session=5)], {5}, {os.getpid()}) == set()


def test_an_early_end_is_told_with_its_last_lines(tmp_path: Path) -> None:
    """A child that dies at start is reported at once, not after a timeout."""
    code = "print('one'); print('port 8080 is taken'); raise SystemExit(3)"
    child = Child("airflow api-server", [sys.executable, "-c", code], os.environ, tmp_path / "log")
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    with pytest.raises(CommandError, match="airflow api-server ended with exit code 3") as failure:
        child.check()
    assert "port 8080 is taken" in str(failure.value)
    assert str(tmp_path / "log") in str(failure.value)


def test_a_daemon_that_left_session_and_parent_is_stopped_by_its_mark(work: WorkFolder) -> None:
    """QEMU outlives the emulator's process; it must not outlive the demo."""
    starter = start_and_wait(DAEMON, os.environ | {MARK: work.mark})
    starter.wait()
    found = processes.marked(work.mark)
    assert len(found) == 1
    assert work.stop() == 1
    assert not processes.alive(found.pop())


def test_another_terminal_stops_what_is_remembered(work: WorkFolder, tmp_path: Path) -> None:
    """`aib demo --stop` needs nothing but the work folder."""
    child = Child(
        "sleeper", [sys.executable, "-c", "import signal; signal.pause()"], os.environ, tmp_path / "log"
    )
    work.remember([child])
    assert WorkFolder(tmp_path).running() == {child.pid}
    assert WorkFolder(tmp_path).stop() == 1
    assert not processes.alive(child.pid)
    assert work.running() == set()
    with pytest.raises(CommandError, match="sleeper ended"):
        child.check()


def test_a_process_id_that_was_given_away_is_left_alone(work: WorkFolder, tmp_path: Path) -> None:
    """A remembered id counts only with the start time remembered beside it."""
    (tmp_path / "processes.json").write_text(f'[{{"pid": {os.getppid()}, "started": 1}}]')
    assert work.running() == set()
