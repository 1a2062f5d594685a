"""Recognise a process that an earlier one started, and end it: a process id alone may be somebody else's by now."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process that cannot be confused with a later one: its number, its start, and the boot they belong to."""

    pid: int
    start_ticks: int
    boot_id: str

    @classmethod
    def of(cls, pid: int, proc: Path = PROC) -> Self | None:
        """Look at a process that runs now; None when it has ended, reaped or not."""
        try:
            # The second field is the command in parentheses, which may hold anything.
            fields = proc.joinpath(str(pid), "stat").read_text().rpartition(")")[2].split()
            boot_id = proc.joinpath("sys/kernel/random/boot_id").read_text().strip()
        except (FileNotFoundError, ProcessLookupError):
            return None
        state, start_ticks = fields[0], int(fields[19])
        return None if state in {"Z", "X"} else cls(pid, start_ticks, boot_id)

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read what `write` kept; None when there is nothing, or nothing whole."""
        try:
            return cls(**json.loads(path.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def write(self, path: Path) -> None:
        """Keep it in a file that is whole or absent."""
        partial = path.with_name(f"{path.name}.partial")
        partial.write_text(json.dumps(asdict(self)) + "\n")
        partial.replace(path)

    def is_alive(self, proc: Path = PROC) -> bool:
        """Tell whether this very process still runs."""
        return ProcessId.of(self.pid, proc) == self

    def wait(self, timeout_s: float) -> bool:
        """Wait for its end, and tell whether it came within `timeout_s` seconds."""
        with self._descriptor() as descriptor:
            if descriptor is None:
                return True
            ended, _, _ = select.select([descriptor], [], [], timeout_s)
            return bool(ended)

    def kill(self) -> None:
        """End it at once, and never a process that has its number by now."""
        with self._descriptor() as descriptor:
            if descriptor is not None:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(descriptor, signal.SIGKILL)

    @contextlib.contextmanager
    def _descriptor(self) -> Iterator[int | None]:
        """Hold the process by a descriptor, which unlike its number is never given to another."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            yield None
            return
        try:
            yield descriptor if self.is_alive() else None
        finally:
            os.close(descriptor)
