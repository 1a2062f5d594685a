"""Whole builds by `aib demo`: a real Airflow, the emulator, and real machines under QEMU."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

LIMIT_S = 900


@dataclass(frozen=True)
class Demo:
    """An `aib demo` that has ended."""

    work: Path
    exit_code: int
    stdout: str
    stderr: str

    @property
    def result(self) -> dict[str, Any]:
        """What it printed for machines."""
        return json.loads(self.stdout)

    @property
    def task_logs(self) -> str:
        """All task logs of its Airflow."""
        return "\n".join(
            path.read_text(errors="replace")
            for path in sorted(self.work.glob("airflow/logs/dag_id=*/**/*.log*"))
        )


def aib(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "aib_airflow.cli", *words],
        cwd=cwd, capture_output=True, text=True, timeout=LIMIT_S, check=False,
        # The tests' own Airflow is no business of the demo's.
        env={name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
    )  # fmt: skip


@pytest.fixture(scope="session")
def run_demo(checkout: Path, tmp_path_factory) -> Iterator[Callable[..., Demo]]:
    """Run `aib demo` in a work folder of its own; what it left running is stopped in the end."""
    folders: list[Path] = []

    def run(*words: str) -> Demo:
        work = tmp_path_factory.mktemp("demo")
        folders.append(work)
        done = aib("demo", "--output", "json", "--work", str(work), *words, cwd=checkout)
        return Demo(work, done.returncode, done.stdout, done.stderr)

    yield run
    for work in folders:
        aib("demo", "--stop", "--work", str(work), cwd=checkout)


@pytest.fixture(scope="session")
def demo(run_demo: Callable[..., Demo]) -> Demo:
    """The main job: the checkout's own template, from nothing to an image on disk."""
    done = run_demo()
    assert done.exit_code == 0, done.stderr
    return done
