"""The demo template: a plan written down, and scripts that are what the template says."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from aib_airflow.plan import BuildPlan, DistributionStep, with_parameters
from aib_airflow.template.scripts import ScriptSource

GOLDEN = Path(__file__).with_name("debian12_baseline.golden.json")


def script(source: ScriptSource, folder: Path) -> dict[str, Any]:
    if source.path:
        return {"path": str(source.path.relative_to(folder)), "checked": bool(source.sha256)}
    return {"text": (source.text or "").splitlines()}


def distribution(step: DistributionStep) -> dict[str, Any]:
    return {
        "task_id": step.task_id,
        "definition": step.gallery_image.id,
        "artifact_tags": dict(step.artifact_tags),
        "regions": [
            [each.task_id, each.region, each.replica_count, each.storage_account_type]
            for each in step.regions
        ],
    }


def summary(plan: BuildPlan) -> dict[str, Any]:
    """Return everything of a plan that a person would read in a review."""
    folder = plan.template.folder
    return {
        "image": plan.image,
        "location": plan.location,
        "vm_sizes": list(plan.vm_sizes),
        "os_disk_size_gb": plan.os_disk_size_gb,
        "build_timeout_s": plan.build_timeout_s,
        "retries": plan.retries,
        "source": plan.template.source.model_dump(),
        "customizers": [
            {"task_id": step.task_id, "label": step.label, **script(step.script, folder)}
            for step in plan.customizers
        ],
        "distributions": [distribution(step) for step in plan.distributions],
        "parameters": {each.name: each.default for each in plan.parameters},
    }


def test_the_demos_plan_is_the_one_written_down(demo: BuildPlan) -> None:
    """A change of the plan is a change of the golden file, and is seen in a review."""
    assert summary(demo) == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_a_run_can_choose_another_hardening(demo: BuildPlan) -> None:
    """The form's value reaches the script and the tags, and makes another digest."""
    strict = with_parameters(demo, {"hardening": "strict"})
    assert "HARDENING=strict" in str(strict.customizers[0].script.text)
    assert strict.distributions[0].artifact_tags["hardening"] == "strict"
    assert strict.digest != demo.digest
    assert [step.task_id for step in strict.customizers] == [step.task_id for step in demo.customizers]


def test_every_parameter_says_what_it_is_for(demo: BuildPlan) -> None:
    """The descriptions are the trigger form's help."""
    assert all(declaration.description for declaration in demo.parameters)


def test_checksums_in_the_demo_are_those_of_its_scripts(demo: BuildPlan) -> None:
    """A changed script needs a changed checksum; the build refuses it otherwise."""
    checked = [step.script for step in demo.customizers if step.script.path and step.script.sha256]
    assert checked
    for source in checked:
        assert source.path
        assert hashlib.sha256(source.path.read_bytes()).hexdigest() == source.sha256


@pytest.mark.parametrize("name", ["harden.sh", "settle.sh"])
def test_the_demos_scripts_are_shell_and_need_no_network(name: str, checkout: Path) -> None:
    """They run on a machine that may have no way out."""
    path = checkout / "dags/images/scripts" / name
    subprocess.run(["sh", "-n", path], check=True)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("#!/bin/sh -e\n")
    assert not any(word in text for word in ("curl ", "wget ", "apt-get ", "http:", "https:"))
