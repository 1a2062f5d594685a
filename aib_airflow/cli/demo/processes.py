"""The demo's child processes: started with a log each, watched, and stopped together with all they started.

A process belongs to the demo when it is in the session of one of its children, descends from one, or
carries the demo's mark in its environment (a daemon such as QEMU leaves session and parent behind).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aib_airflow.cli.errors import CommandError

MARK = "AIB_DEMO_WORK"
SHOWN_LINES = 8
PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """One line of the process table."""

    pid: int
    parent: int
    session: int


class Child:
    """A running program of the demo, whose output goes to a log file."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            # A session of its own: Ctrl-C in the terminal must reach the demo only, which then stops
            # its children in order.
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id, and the id of its session."""
        return self._process.pid

    def has_ended(self) -> bool:
        """Tell whether the program has ended."""
        return self._process.poll() is not None

    def check(self) -> None:
        """Raise CommandError with the last lines of the log when the program has ended."""
        if self.has_ended():
            raise CommandError(
                f"{self.name} ended with exit code {self._process.returncode}; the last lines of {self.log}:\n"
                + indent(self.lines()[-SHOWN_LINES:])
            )

    def require_success(self) -> None:
        """Raise CommandError when the program has ended badly."""
        if self._process.poll():
            self.check()

    def lines(self) -> list[str]:
        """Return the whole lines that the program has written so far."""
        return read_lines(self.log)


def stop(roots: set[int], *, mark: str | None = None, timeout_s: float = 30) -> int:
    """Stop the sessions `roots`, all their descendants and all that carry `mark`; return how many there were.

    Asks with SIGTERM, and after `timeout_s` ends what is left with SIGKILL.
    """
    found = belonging(process_table(), roots, marked(mark) if mark else set())
    count = len(found)
    _signal(found, signal.SIGTERM)
    deadline = time.monotonic() + timeout_s
    while found and time.monotonic() < deadline:
        time.sleep(0.1)
        _reap(roots)
        # Looked for again: a program may start others while it is being stopped.
        found = {pid for pid in found if alive(pid)} | belonging(process_table(), roots, set())
    _signal(found, signal.SIGKILL)
    _reap(roots)
    return count


def belonging(table: Sequence[Process], roots: set[int], marked_pids: set[int]) -> set[int]:
    """Return the ids of all processes of `roots`, by session, by descent and by mark; never our own."""
    found = marked_pids | {entry.pid for entry in table if entry.session in roots or entry.pid in roots}
    size = -1
    while size != len(found):
        size = len(found)
        found |= {entry.pid for entry in table if entry.parent in found}
    return found - {os.getpid()}


def process_table() -> list[Process]:
    """Read the process table of this machine, without zombies."""
    found = (_read_process(folder) for folder in PROC.iterdir() if folder.name.isdigit())
    return [process for process in found if process is not None]


def alive(pid: int) -> bool:
    """Tell whether a process exists and is more than a zombie."""
    return _read_process(PROC / str(pid)) is not None


def started_at(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot; with its id this names it for good."""
    fields = _stat_fields(PROC / str(pid))
    return int(fields[19]) if fields else None


def marked(mark: str) -> set[int]:
    """Return the ids of the processes that carry `MARK=<mark>` in their environment."""
    wanted = f"{MARK}={mark}".encode()
    found = set()
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.add(int(folder.name))
    return found - {os.getpid()}


def read_lines(log: Path) -> list[str]:
    """Return the whole lines of a log; an unreadable one has none."""
    try:
        return log.read_text(encoding="utf-8", errors="replace").rpartition("\n")[0].splitlines()
    except OSError:
        return []


def indent(lines: Sequence[str]) -> str:
    """Return lines as a quoted block."""
    return "\n".join(f"    {line}" for line in lines)


def _read_process(folder: Path) -> Process | None:
    fields = _stat_fields(folder)
    if not fields or fields[0] in {"Z", "X"}:
        return None
    return Process(pid=int(folder.name), parent=int(fields[1]), session=int(fields[3]))


def _stat_fields(folder: Path) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on: the name before it may hold anything."""
    try:
        return (folder / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _signal(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _reap(roots: set[int]) -> None:
    for pid in roots:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
