"""Galleries, definitions, versions, and the versions' way to their regions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from aib_airflow.emulator.compute import replication
from aib_airflow.emulator.store import Resource

COMPUTE = "/resourceGroups/g/providers/Microsoft.Compute"
WEB = f"{COMPUTE}/galleries/c/images/web"
VERSION = f"{WEB}/versions/1.0.0"


def error_of(reply: Any) -> tuple[int, str]:
    return reply.status, reply.body["error"]["code"]


def version_body(arm: Any, *regions: str, **profile: Any) -> dict[str, Any]:
    snapshot = {"id": arm.get(f"{COMPUTE}/snapshots/snap")["id"]}
    publishing = {"targetRegions": [{"name": region} for region in regions or ("westus2",)], **profile}
    properties = {"storageProfile": {"osDiskImage": {"source": snapshot}}, "publishingProfile": publishing}
    return {"location": "westus2", "properties": properties}


@pytest.mark.parametrize("name", ["1.0", "v1.0.0", "1.0.2147483648", "latest"])
def test_a_version_has_three_numbers(gallery: Any, name: str) -> None:
    """Major.Minor.Patch, each within 32 bits."""
    reply = gallery.send("PUT", f"{WEB}/versions/{name}", version_body(gallery))
    assert error_of(reply) == (400, "InvalidParameter")


def test_the_regions_of_a_version_are_shown_by_their_display_names(gallery: Any) -> None:
    """Clients that compare `westus2` with `West US 2` are found out here."""
    gallery.send("PUT", VERSION, version_body(gallery, "WestUS2", "East US"))
    profile = gallery.get(VERSION)["properties"]["publishingProfile"]
    assert [region["name"] for region in profile["targetRegions"]] == ["West US 2", "East US"]
    status = gallery.get(VERSION, expand="ReplicationStatus")["properties"]["replicationStatus"]
    assert status["aggregatedState"] == "Completed"


def test_a_version_is_in_its_own_region(gallery: Any) -> None:
    """Azure does not add it by itself."""
    reply = gallery.send("PUT", VERSION, version_body(gallery, "eastus"))
    assert error_of(reply) == (400, "InvalidParameter")
    assert "must contain the location" in reply.body["error"]["message"]


def test_regions_come_and_go_with_a_second_put(gallery: Any) -> None:
    """The content stays; a PUT without a source is an update."""
    gallery.send("PUT", VERSION, version_body(gallery, "westus2", "eastus"))
    body = version_body(gallery, "westus2", "westeurope", excludeFromLatest=True)
    body["properties"]["storageProfile"] = {}
    assert gallery.send("PUT", VERSION, body).status == 200
    version = gallery.get(VERSION, expand="ReplicationStatus")["properties"]
    assert [item["region"] for item in version["replicationStatus"]["summary"]] == [
        "West US 2",
        "West Europe",
    ]
    assert version["publishingProfile"]["excludeFromLatest"] is True
    assert version["storageProfile"]["osDiskImage"]["source"]["id"].endswith("/snapshots/snap")


def test_a_patch_moves_a_version_out_of_latest(gallery: Any) -> None:
    """Only what is in the body changes."""
    gallery.send("PUT", VERSION, version_body(gallery, "westus2", "eastus", excludeFromLatest=True))
    gallery.send("PATCH", VERSION, {"properties": {"publishingProfile": {"excludeFromLatest": False}}})
    profile = gallery.get(VERSION)["properties"]["publishingProfile"]
    assert profile["excludeFromLatest"] is False
    assert len(profile["targetRegions"]) == 2


def test_a_version_outlives_all_it_was_made_from(gallery: Any, machine: Any) -> None:
    """And a machine is made from the definition's latest version, where it is."""
    gallery.send("PUT", VERSION, version_body(gallery))
    newest = version_body(gallery, excludeFromLatest=True)
    gallery.send("PUT", f"{WEB}/versions/2.0.0", newest)
    for path in ("virtualMachines/vm", "disks/os", "snapshots/snap"):
        gallery.send("DELETE", f"{COMPUTE}/{path}")
    machine["storageProfile"]["imageReference"] = {"id": gallery.get(WEB)["id"]}
    vm = gallery.put(f"{COMPUTE}/virtualMachines/vm2", machine)
    assert vm["properties"]["storageProfile"]["imageReference"]["exactVersion"] == "1.0.0"
    body = {"location": "eastus", "properties": machine}
    reply = gallery.send("PUT", f"{COMPUTE}/virtualMachines/vm3", body)
    assert error_of(reply) == (404, "GalleryImageNotFound")


@pytest.mark.parametrize("key", ["id", "virtualMachineId"])
def test_a_version_is_made_from_a_machine(gallery: Any, key: str) -> None:
    """By either of the two properties that may name it."""
    vm = gallery.get(f"{COMPUTE}/virtualMachines/vm")["id"]
    body = version_body(gallery)
    body["properties"]["storageProfile"] = {"source": {key: vm}}
    assert gallery.operation(gallery.send("PUT", VERSION, body))["status"] == "Succeeded"


def test_a_version_fits_its_definition(gallery: Any) -> None:
    """A generation 2 disk is no generation 1 image."""
    identifier = {"publisher": "corp", "offer": "linux", "sku": "old"}
    gallery.put(
        f"{COMPUTE}/galleries/c/images/old",
        {"osType": "Linux", "osState": "Generalized", "identifier": identifier},
    )
    reply = gallery.send("PUT", f"{COMPUTE}/galleries/c/images/old/versions/1.0.0", version_body(gallery))
    assert reply.status == 409
    assert "hyperVGeneration" in reply.body["error"]["message"]


def test_what_is_not_empty_is_not_deleted(gallery: Any) -> None:
    """Versions before definitions, definitions before galleries."""
    gallery.send("PUT", VERSION, version_body(gallery))
    assert error_of(gallery.send("DELETE", WEB)) == (409, "CannotDeleteResource")
    assert error_of(gallery.send("DELETE", f"{COMPUTE}/galleries/c")) == (409, "CannotDeleteResource")
    for path in (VERSION, WEB, f"{COMPUTE}/galleries/c"):
        assert gallery.send("DELETE", path).status == 202
        assert gallery.send("GET", path).status == 404


def test_a_definition_keeps_what_it_promised(gallery: Any) -> None:
    """osType, osState, generation and identifier are fixed."""
    body = gallery.get(WEB)
    body["properties"]["hyperVGeneration"] = "V1"
    assert error_of(gallery.send("PUT", WEB, body)) == (409, "PropertyChangeNotAllowed")


def test_replication_is_worked_out_from_the_clock(cloud: Any, clock: Any) -> None:
    """Each region has its own time; the whole is done when the slowest is."""
    regions = [{"name": "West US 2"}, {"name": "East US"}]
    body = {"id": "x", "properties": {"publishingProfile": {"targetRegions": regions}}}
    version = Resource(None, body)  # type: ignore[arg-type]  # its id is not looked at
    assert replication.status(cloud, version)["aggregatedState"] == "Unknown"
    replication.begin(cloud, version)
    version.inner["replication"]["westus2"]["seconds"] = 10
    version.inner["replication"]["eastus"]["seconds"] = 40
    clock.time += dt.timedelta(seconds=10)
    status = replication.status(cloud, version)
    assert [(item["state"], item["progress"]) for item in status["summary"]] == [
        ("Completed", 100),
        ("Replicating", 25),
    ]
    assert status["aggregatedState"] == "InProgress"
    assert replication.remaining_s(cloud, version) == 30
    clock.time += dt.timedelta(seconds=30)
    assert replication.status(cloud, version)["aggregatedState"] == "Completed"
