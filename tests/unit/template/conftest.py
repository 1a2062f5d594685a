"""Templates to begin with, and files made of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aib_airflow.template import Fault, read

RESOURCE: dict[str, Any] = {
    "type": "Microsoft.VirtualMachineImages/imageTemplates",
    "apiVersion": "2024-02-01",
    "location": "westus2",
    "properties": {
        "source": {"type": "PlatformImage", "publisher": "Debian", "offer": "debian-12", "sku": "12-gen2"},
        "customize": [{"type": "Shell", "name": "hello", "inline": ["echo hello"]}],
        "distribute": [
            {
                "type": "SharedImage",
                "runOutputName": "out",
                "galleryImageId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute"
                "/galleries/demo/images/web",
                "targetRegions": [{"name": "West US 2"}],
            }
        ],
    },
}

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write the resource, changed, as a file; the change gets its `properties`."""

    def write_file(change: Change | None = None, name: str = "web.json") -> Path:
        resource = copy.deepcopy(RESOURCE)
        if change:
            change(resource["properties"])
        path = tmp_path / name
        path.write_text(json.dumps(resource, indent=2), encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def faults_of(write: Callable[..., Path]) -> Callable[[Change], list[Fault]]:
    """Return what is strictly wrong with the resource after a change of its properties."""

    def find(change: Change) -> list[Fault]:
        return list(read(write(change), mode="strict").errors)

    return find
