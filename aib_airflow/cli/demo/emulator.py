"""The demo's emulator and its base image: children of their own, known by what they write."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from aib_airflow.cli.demo.azure import EmulatorConnection
from aib_airflow.cli.demo.processes import Child
from aib_airflow.cli.demo.work import WorkFolder
from aib_airflow.cli.emulator import LEAVE, ONLY
from aib_airflow.cli.errors import CommandError

READY_TIMEOUT_S = 60
LOOK_EVERY_S = 0.1
CONNECTION_FILE = "connection.json"


def start_emulator(
    work: WorkFolder, subscription_id: str, cache: Path, environment: Mapping[str, str]
) -> Child:
    """Start it for the subscription that the template's ids name; it may not listen yet."""
    (work.emulator / CONNECTION_FILE).unlink(missing_ok=True)
    options = {
        "--port": "0",
        "--state": str(work.emulator),
        "--cache": str(cache),
        "--base-images": LEAVE,
        "--subscription": subscription_id,
        # Without it the SDKs wait their own 30 s between two looks, as they do with Azure.
        "--retry-after": "1",
    }
    words = [word for option in options.items() for word in option]
    return Child("the emulator", _aib("emulator", *words), environment, work.logs / "emulator.log")


def start_base_image(work: WorkFolder, cache: Path, environment: Mapping[str, str]) -> Child:
    """Start making the base image, which ends at once where there is one. Airflow starts meanwhile."""
    words = _aib("emulator", "--base-images", ONLY, "--cache", str(cache))
    return Child("making the base image", words, environment, work.logs / "base-image.log")


def wait_for_base_image(
    child: Child, report: Callable[[str], None], *, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Return when the base image is there, reporting what its making says; raises CommandError."""
    told = 0
    while True:
        ended = child.has_ended()
        lines = child.lines()
        for line in lines[told:]:
            report(line)
        told = len(lines)
        if ended:
            child.require_success()
            return
        sleep(LOOK_EVERY_S)


def wait_for_connection(
    child: Child,
    state: Path,
    *,
    sleep: Callable[[float], None] = time.sleep,
    timeout_s: float = READY_TIMEOUT_S,
) -> EmulatorConnection:
    """Return how to reach the emulator once it listens; raises CommandError when it ended or takes too long."""
    file = state / CONNECTION_FILE
    waited_s = 0.0
    while not file.exists():
        child.check()
        if waited_s >= timeout_s:
            raise CommandError(f"the emulator does not listen after {timeout_s:.0f} s; see {child.log}")
        sleep(LOOK_EVERY_S)
        waited_s += LOOK_EVERY_S
    return EmulatorConnection.read(file)


def _aib(*words: str) -> list[str]:
    return [sys.executable, "-m", "aib_airflow.cli", *words]
