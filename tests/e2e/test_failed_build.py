"""A build whose script fails: what is said, and what is left."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from aib_airflow.machine import ADMIN_USERNAME
from aib_airflow.remote.keys import BuildKeys
from aib_airflow.remote.ssh import SshTarget, connect

pytestmark = pytest.mark.vm
TEMPLATE = Path(__file__).parent / "images" / "fails.json"


def groups(work: Path) -> set[str]:
    """The resource groups that the emulator has."""
    found = (
        path
        for path in work.glob("emulator/subscriptions/*/*/*")
        if path.parent.name.lower() == "resourcegroups"
    )
    return {path.name for path in found}


def airflow_environment(work: Path) -> dict[str, str]:
    """The environment of the demo's Airflow that is still up, which has its encryption key."""
    for process in json.loads((work / "processes.json").read_text()):
        content = Path(f"/proc/{process['pid']}/environ").read_text()
        environment = dict(line.split("=", 1) for line in content.split("\0") if "=" in line)
        if "AIRFLOW__CORE__FERNET_KEY" in environment:
            return environment
    raise AssertionError("no Airflow is up")


def test_a_failed_build_says_why_and_leaves_nothing(run_demo: Callable) -> None:
    """The last line names customiser, exit code and log; the group is gone."""
    done = run_demo("--template", str(TEMPLATE))
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "stage customize.2_breaks failed" in done.stderr
    assert re.search(r"breaks.* exited with 3; the whole log is at http", done.stderr)
    assert "the last words" in done.stderr
    assert "Traceback" not in done.stderr
    assert "never" not in done.task_logs
    assert groups(done.work) == {"images"}


def test_a_failed_build_can_be_kept_and_entered(run_demo: Callable) -> None:
    """Keep on failure: the machine stays, and the log says how to log in. It is so."""
    done = run_demo("--template", str(TEMPLATE), "--keep-on-failure", "--keep")
    assert done.exit_code == 1
    (group,) = groups(done.work) - {"images"}
    assert f"is kept: resource group {group}" in done.task_logs
    said = re.search(rf"variable (\S+): ssh .* {ADMIN_USERNAME}@(\S+) +\(host key (.+?)\)", done.task_logs)
    assert said, done.task_logs
    variable, address, host_key = said.groups()
    secret = subprocess.run(
        [sys.executable, "-m", "airflow", "variables", "get", variable],
        env={**os.environ, **airflow_environment(done.work)}, capture_output=True, text=True, check=True,
    ).stdout.strip().splitlines()[-1]  # fmt: skip
    keys = BuildKeys.from_secret(secret)
    target = SshTarget(address, ADMIN_USERNAME, host_key, keys.private_key)

    async def who() -> bytes:
        async with connect(target) as machine:
            return await machine.run("id -un")

    assert asyncio.run(who()).decode().strip() == ADMIN_USERNAME
