"""A folder of templates, and bundles over it that keep their versions in a temporary folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from aib_airflow.bundles import TemplateDagBundle


def write_template(folder: Path, name: str, script: str = "one.sh", **changes: object) -> None:
    definition = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/galleries/g/images/d"
    properties = {
        "source": {"type": "PlatformImage", "publisher": "p", "offer": "o", "sku": "s", "version": "latest"},
        "customize": [{"type": "Shell", "name": "one", "scriptUri": f"scripts/{script}"}],
        "distribute": [
            {"type": "SharedImage", "runOutputName": "out", "galleryImageId": definition,
             "targetRegions": [{"name": "westus2"}]}
        ],
    }  # fmt: skip
    resource = {"type": "Microsoft.VirtualMachineImages/imageTemplates", "location": "westus2",
                "properties": properties | changes}  # fmt: skip
    (folder / f"{name}.json").write_text(json.dumps(resource))


@pytest.fixture
def write(folder: Path) -> Callable[..., None]:
    """Write a template: its name, and what is different in it."""
    return lambda name, **changes: write_template(folder, name, **changes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two images: `web` runs scripts/one.sh, `app` runs scripts/two.sh."""
    folder = tmp_path / "templates"
    (folder / "scripts").mkdir(parents=True)
    for name in ("one", "two"):
        (folder / "scripts" / f"{name}.sh").write_text(f"echo {name}\n")
    write_template(folder, "web")
    write_template(folder, "app", script="two.sh")
    return folder


@pytest.fixture
def bundle_of(folder: Path, tmp_path: Path, monkeypatch) -> Callable[..., TemplateDagBundle]:
    """A bundle, made and initialised as each of Airflow's processes does it."""
    monkeypatch.setenv("AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH", str(tmp_path / "store"))

    def make(version: str | None = None, **options: object) -> TemplateDagBundle:
        bundle = TemplateDagBundle(name="images", version=version, **{"path": str(folder), **options})
        bundle.initialize()
        return bundle

    return make


@pytest.fixture
def bundle(bundle_of) -> TemplateDagBundle:
    return bundle_of()
