"""The protocol of remote jobs, whatever carries it.

A job has a directory of its own on the machine. Starting one that is there already does nothing, so a
task that lost its connection, its worker or its triggerer finds the job again and never runs it twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

BASE_DIR = "/var/tmp/aib"  # noqa: S108  # on the build machine, which is ours alone; noexec /tmp is common there


class RemoteError(Exception):
    """The machine refused or garbled something. The message names the machine and the step."""


class ConnectionLostError(RemoteError):
    """There is no connection now; another attempt may get one."""


class HostKeyError(RemoteError):
    """Something else answered in the machine's place."""


@dataclass(frozen=True, slots=True)
class Job:
    """A script that waits to be run, or runs, on a machine.

    `id` is the same for every attempt of one task. `env` is part of the command line of the machine's
    shell: no secrets.
    """

    id: str
    script: bytes
    env: Mapping[str, str] = field(default_factory=dict)
    sudo: bool = False


@dataclass(frozen=True, slots=True)
class JobStatus:
    """Output since an offset, and the exit code once the job has ended and no output is left.

    `is_full` says that there was more output than one look brings.
    """

    output: bytes
    exit_code: int | None
    is_full: bool = False


class Communicator(Protocol):
    """A connection to a machine."""

    async def run(self, command: str, stdin: bytes = b"") -> bytes:
        """Run a short command and return its output. Raises RemoteError unless it exits with 0."""

    async def upload(self, content: bytes, path: str, *, mode: int = 0o644) -> None:
        """Write a file and verify its checksum on the machine."""

    async def start(self, job: Job) -> None:
        """Start the job unless it was started before."""

    async def poll(self, job_id: str, offset: int) -> JobStatus:
        """Read what the job has written since `offset` bytes, and whether it ended."""

    async def stop(self, job_id: str) -> None:
        """End the job and all it has started."""
