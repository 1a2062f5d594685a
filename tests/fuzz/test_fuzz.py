"""A short fuzzing run on every push; a long one is `python tests/fuzz/run.py --mutations 100000 --jobs 2`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_no_mutated_file_ends_in_a_traceback_or_takes_too_long() -> None:
    """Whatever a file says, the reader answers: within a second, and 200 MB."""
    command = [sys.executable, str(Path(__file__).with_name("run.py")), "--mutations", "300", "--seed", "1"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "300/300 cases" in run.stdout
