"""The demo's plan, and plans of templates made for one test."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aib_airflow import plan
from aib_airflow.plan import BuildPlan
from aib_airflow.template import load

GALLERY_IMAGE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/demo/images/web"
RESOURCE: dict[str, Any] = {
    "location": "West US 2",
    "properties": {
        "source": {"type": "PlatformImage", "publisher": "Debian", "offer": "debian-12", "sku": "12-gen2"},
        "customize": [{"type": "Shell", "inline": ["echo hello"]}],
        "distribute": [{"type": "SharedImage", "runOutputName": "out", "galleryImageId": GALLERY_IMAGE}],
    },
}

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def plan_of(tmp_path: Path) -> Callable[..., BuildPlan]:
    """Plan the resource after a change of its `properties`, from a file of the given name."""

    def make(change: Change | None = None, name: str = "web.json") -> BuildPlan:
        resource = copy.deepcopy(RESOURCE)
        if change:
            change(resource["properties"])
        path = tmp_path / name
        path.write_text(json.dumps(resource, indent=2), encoding="utf-8")
        return plan.compile(load(path))

    return make


@pytest.fixture(scope="session")
def demo(checkout: Path) -> BuildPlan:
    """The plan of the demo template."""
    return plan.compile(load(checkout / "dags/images/debian12_baseline.json"))
