"""The linters, as tests: `pytest` is the one command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKS = {
    "ruff check": ("ruff", "check", "aib_airflow", "dags", "tests"),
    "ruff format": ("ruff", "format", "--check", "aib_airflow", "dags", "tests"),
    "mypy": ("mypy",),
}


@pytest.mark.parametrize("command", CHECKS.values(), ids=CHECKS)
def test_the_checkout_is_clean(command: tuple[str, ...], checkout: Path) -> None:
    """A linter has nothing to say about the checkout."""
    # The linters stand beside this interpreter: the PATH need not hold the virtual environment.
    scripts = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        command,
        cwd=checkout,
        env=os.environ | {"PATH": scripts, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout}{ended.stderr}"
