"""A machine that is done: deallocated, generalized, its disk ready to be captured."""

from __future__ import annotations

from typing import Any

import pytest

COMPUTE = "/resourceGroups/g/providers/Microsoft.Compute"


@pytest.fixture
def built(stocked: Any, machine: Any) -> Any:
    """`stocked`, with the generalized machine `vm` and its disk `os`."""
    stocked.put(f"{COMPUTE}/virtualMachines/vm", machine)
    stocked.send("POST", f"{COMPUTE}/virtualMachines/vm/deallocate")
    stocked.send("POST", f"{COMPUTE}/virtualMachines/vm/generalize")
    return stocked


@pytest.fixture
def gallery(built: Any) -> Any:
    """`built`, with a snapshot of the disk, the gallery `c`, and in it the definition `web`."""
    disk = built.get(f"{COMPUTE}/disks/os")["id"]
    creation = {"createOption": "Copy", "sourceResourceId": disk}
    built.put(f"{COMPUTE}/snapshots/snap", {"creationData": creation})
    built.put(f"{COMPUTE}/galleries/c")
    identifier = {"publisher": "corp", "offer": "linux", "sku": "web"}
    definition = {
        "osType": "Linux",
        "osState": "Generalized",
        "hyperVGeneration": "V2",
        "identifier": identifier,
    }
    built.put(f"{COMPUTE}/galleries/c/images/web", definition)
    return built
