"""The one place of this package that runs programs of the host: each is found, or its apt line is given."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from aib_airflow.emulator.host_packages import find_command, install_line_of
from aib_airflow.emulator.machines.model import MachineError


class ToolError(MachineError):
    """A program of the host failed. `output` is what it said."""

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output


def find(command: str) -> str:
    """Return the path of a program, or raise MachineError with the line that installs it."""
    path = find_command(command)
    if path is None:
        raise MachineError(f"{command} is not installed: {install_line_of(command)}")
    return path


def run(argv: Sequence[str], *, cwd: Path | None = None, environment: Mapping[str, str] | None = None) -> str:
    """Run a program to its end and return its standard output. Raises ToolError with its last words."""
    done = subprocess.run(
        [find(argv[0]), *argv[1:]],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        output = (done.stderr or done.stdout).strip()
        raise ToolError(f"`{' '.join(argv)}` failed with exit code {done.returncode}: {output}", output)
    return done.stdout
