"""The stage that asks what only the cloud knows, against the emulator."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from aib_airflow import plan, template
from aib_airflow.azure.client import Arm
from aib_airflow.azure.credentials import Account
from aib_airflow.azure.errors import InvalidError, NotFoundError
from aib_airflow.hooks.aib import AibHook
from aib_airflow.operators.prepare import PrepareBuildOperator

SOURCE = {
    "type": "PlatformImage",
    "publisher": "Debian",
    "offer": "debian-12",
    "sku": "12-gen2",
    "version": "latest",
}


@pytest.fixture
def prepare(account: Account, definition, tmp_path: Path, monkeypatch):
    """Run the stage for a template with some changes, and for a run with some params."""
    monkeypatch.setattr(AibHook, "get_conn", lambda _: Arm(account))

    def run(params: dict[str, Any] | None = None, gallery_image: str = str(definition), **changes: Any):
        target = {
            "type": "SharedImage",
            "runOutputName": "out",
            "galleryImageId": gallery_image,
            "targetRegions": [{"name": "westus2"}],
        }
        properties = {"source": SOURCE, "distribute": [target], "vmProfile": {"vmSize": "Standard_D2s_v5"}}
        file = tmp_path / "web.json"
        file.write_text(json.dumps({"location": "westus2", "properties": properties | changes}))
        stage = PrepareBuildOperator(task_id="prepare", plan=plan.compile(template.load(file)))
        now = datetime.now(UTC)
        context = {
            "dag_run": SimpleNamespace(run_id="r", start_date=now, run_after=now),
            "params": params or {},
        }
        return stage.execute(context)

    return run


def test_latest_is_an_exact_version_and_the_image_gets_the_next_number(prepare) -> None:
    """What later stages use is decided once."""
    prepared = prepare()
    assert prepared["source_version"] == "0.20261122.1"
    assert prepared["image_reference"]["version"] == "0.20261122.1"
    assert prepared["vm_size"] == "Standard_D2s_v5"
    assert prepared["distributions"]["out"]["version"] == "1.0.0"
    assert json.loads(json.dumps(prepared)) == prepared, "it travels between tasks"


def test_a_dry_run_checks_and_ends_as_skipped(prepare, definition) -> None:
    """Nothing is made; wrong input is found all the same."""
    with pytest.raises(AirflowSkipException, match="dry run"):
        prepare({"dry_run": True})
    with pytest.raises(NotFoundError, match="does not exist"):
        prepare({"dry_run": True}, gallery_image=str(dataclasses.replace(definition, definition="nowhere")))


def test_a_source_that_does_not_fit_its_definition_is_refused(prepare, arm: Arm, definition) -> None:
    """Before anything is made, and saying what to change."""
    body = {
        "location": "westus2",
        "properties": {
            "osType": "Linux",
            "osState": "Generalized",
            "hyperVGeneration": "V1",
            "identifier": {"publisher": "p", "offer": "o", "sku": "v1"},
        },
    }
    arm.compute.gallery_images.begin_create_or_update("images", "g", "v1", body).result()
    old = dataclasses.replace(definition, definition="v1")
    with pytest.raises(InvalidError, match="wants generation V1, the source gives V2"):
        prepare(gallery_image=str(old))


def test_a_gallery_of_another_subscription_is_refused(prepare, definition) -> None:
    """The connection works in one subscription."""
    other = dataclasses.replace(definition, subscription_id="00000000-0000-0000-0000-000000000009")
    with pytest.raises(InvalidError, match="they must be the same"):
        prepare(gallery_image=str(other))


def test_a_machine_size_that_is_not_offered_is_named(prepare) -> None:
    """With what to change in the template."""
    with pytest.raises(InvalidError, match=r"Standard_Z1.*vmProfile\.vmSize"):
        prepare(vmProfile={"vmSize": "Standard_Z1"})
