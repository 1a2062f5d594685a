"""Disks, snapshots, images, and the signed URLs that read them."""

from __future__ import annotations

import datetime as dt
import urllib.parse
from typing import Any

import pytest

from aib_airflow.emulator.compute import grants

COMPUTE = "/resourceGroups/g/providers/Microsoft.Compute"
DISK = f"{COMPUTE}/disks/d"
GIB = 2**30


def error_of(reply: Any) -> tuple[int, str]:
    return reply.status, reply.body["error"]["code"]


def copy_of(arm: Any, path: str, option: str = "Copy") -> dict[str, Any]:
    return {"creationData": {"createOption": option, "sourceResourceId": arm.get(path)["id"]}}


def test_a_disk_only_grows(stocked: Any) -> None:
    """Size changes by PATCH or PUT, and never down."""
    stocked.put(DISK, {"creationData": {"createOption": "Empty"}, "diskSizeGB": 2})
    stocked.send("PATCH", DISK, {"properties": {"diskSizeGB": 3}})
    assert stocked.get(DISK)["properties"]["diskSizeBytes"] == 3 * GIB
    reply = stocked.send("PATCH", DISK, {"properties": {"diskSizeGB": 1}})
    assert error_of(reply) == (400, "InvalidParameter")


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        ({"createOption": "Empty"}, 400, "InvalidParameter"),
        ({"createOption": "Upload", "uploadSizeBytes": 1}, 501, "NotSupportedByEmulator"),
        ({"createOption": "Copy", "sourceResourceId": "web"}, 400, "LinkedInvalidPropertyId"),
        ({"createOption": "FromImage"}, 400, "InvalidParameter"),
    ],
)
def test_a_disk_from_nothing_is_refused(stocked: Any, data: Any, status: int, code: str) -> None:
    """And a way to make one that the emulator lacks is called by its name."""
    reply = stocked.send("PUT", DISK, {"location": "westus2", "properties": {"creationData": data}})
    assert error_of(reply) == (status, code)


def test_a_disk_is_made_from_a_marketplace_image(stocked: Any) -> None:
    """By the id that `az` uses for one."""
    path = "/Publishers/Debian/ArtifactTypes/VMImage/Offers/debian-12/Skus/12-gen2/Versions/0.20261101.1"
    image = f"{stocked.scope}/Providers/Microsoft.Compute/Locations/westus2{path}"
    creation = {"createOption": "FromImage", "imageReference": {"id": image}}
    properties = stocked.put(DISK, {"creationData": creation})["properties"]
    assert (properties["osType"], properties["hyperVGeneration"]) == ("Linux", "V2")
    assert properties["diskSizeBytes"] == 64 * 2**20


def test_a_snapshot_outlives_its_disk(built: Any) -> None:
    """It is a copy; so is a snapshot of it, and a disk made from that."""
    snapshot = built.put(f"{COMPUTE}/snapshots/a", copy_of(built, f"{COMPUTE}/disks/os"))
    assert snapshot["properties"]["completionPercent"] == 100
    assert snapshot["properties"]["osType"] == "Linux"
    built.send("DELETE", f"{COMPUTE}/virtualMachines/vm")
    built.send("DELETE", f"{COMPUTE}/disks/os")
    built.put(f"{COMPUTE}/snapshots/b", copy_of(built, f"{COMPUTE}/snapshots/a"))
    built.send("DELETE", f"{COMPUTE}/snapshots/a")
    disk = built.put(DISK, copy_of(built, f"{COMPUTE}/snapshots/b"))
    assert disk["properties"]["provisioningState"] == "Succeeded"


def test_a_second_put_adopts_the_snapshot(built: Any) -> None:
    """Also when the disk is gone; another source is refused."""
    body = {"location": "westus2", "properties": copy_of(built, f"{COMPUTE}/disks/os")}
    first = built.put(f"{COMPUTE}/snapshots/a", body["properties"])["properties"]["uniqueId"]
    built.send("DELETE", f"{COMPUTE}/virtualMachines/vm")
    built.send("DELETE", f"{COMPUTE}/disks/os")
    again = built.send("PUT", f"{COMPUTE}/snapshots/a", body)
    assert built.operation(again)["status"] == "Succeeded"
    assert built.get(f"{COMPUTE}/snapshots/a")["properties"]["uniqueId"] == first


def test_the_disk_of_a_running_machine_is_not_copied(stocked: Any, machine: Any) -> None:
    """Azure would copy it as after a power cut; the emulator says that it does not."""
    stocked.put(f"{COMPUTE}/virtualMachines/vm", machine)
    body = {"location": "westus2", "properties": copy_of(stocked, f"{COMPUTE}/disks/os")}
    reply = stocked.send("PUT", f"{COMPUTE}/snapshots/a", body)
    assert error_of(reply) == (409, "OperationNotAllowed")
    assert "power off or deallocate" in reply.body["error"]["message"]


def test_a_snapshot_is_made_in_its_disks_region(built: Any) -> None:
    """As in Azure, but for CopyStart of incremental ones."""
    body = {"location": "eastus", "properties": copy_of(built, f"{COMPUTE}/disks/os")}
    assert error_of(built.send("PUT", f"{COMPUTE}/snapshots/a", body)) == (400, "InvalidParameter")


def test_access_is_granted_by_a_signed_url_that_ends(built: Any, clock: Any) -> None:
    """The URL is the operation's output, opens the VHD for its time, and opens nothing after endGetAccess."""
    built.put(f"{COMPUTE}/snapshots/a", copy_of(built, f"{COMPUTE}/disks/os"))
    snapshot = f"{COMPUTE}/snapshots/a"

    def grant() -> tuple[str, dict[str, str]]:
        reply = built.send("POST", f"{snapshot}/beginGetAccess", {"access": "Read", "durationInSeconds": 60})
        url = urllib.parse.urlsplit(built.operation(reply)["properties"]["output"]["accessSAS"])
        return url.path.split("/")[2], dict(urllib.parse.parse_qsl(url.query))

    key, query = grant()
    vhd = grants.readable_file(built.cloud, key, query)
    assert vhd is not None
    assert vhd.stat().st_size == 64 * 2**20 + 512
    assert grants.readable_file(built.cloud, key, {**query, "se": "2030-01-01T00:00:00Z"}) is None
    clock.time += dt.timedelta(seconds=61)
    assert grants.readable_file(built.cloud, key, query) is None
    key, query = grant()
    assert grants.readable_file(built.cloud, key, query) is not None
    built.send("POST", f"{snapshot}/endGetAccess")
    assert grants.readable_file(built.cloud, key, query) is None
    assert not vhd.exists()


def test_what_somebody_reads_is_not_deleted(built: Any) -> None:
    """Azure's most surprising conflict: EndGetAccess comes first."""
    snapshot = f"{COMPUTE}/snapshots/a"
    built.put(snapshot, copy_of(built, f"{COMPUTE}/disks/os"))
    built.send("POST", f"{snapshot}/beginGetAccess", {"access": "Read", "durationInSeconds": 60})
    assert built.get(snapshot)["properties"]["diskState"] == "ActiveSAS"
    assert error_of(built.send("DELETE", snapshot)) == (409, "OperationNotAllowed")
    built.send("POST", f"{snapshot}/endGetAccess")
    assert built.send("DELETE", snapshot).status == 202


def test_an_image_is_captured_from_a_generalized_machine(built: Any, machine: Any) -> None:
    """And a machine is made from it."""
    vm = built.get(f"{COMPUTE}/virtualMachines/vm")["id"]
    image = built.put(f"{COMPUTE}/images/i", {"sourceVirtualMachine": {"id": vm}})
    assert image["properties"]["storageProfile"]["osDisk"]["osState"] == "Generalized"
    built.send("DELETE", f"{COMPUTE}/virtualMachines/vm")
    machine["storageProfile"]["imageReference"] = {"id": image["id"]}
    machine["storageProfile"]["osDisk"] = {"name": "os2", "createOption": "FromImage"}
    assert (
        built.put(f"{COMPUTE}/virtualMachines/vm2", machine)["properties"]["provisioningState"] == "Succeeded"
    )


def test_a_machine_that_is_not_generalized_is_not_captured(stocked: Any, machine: Any) -> None:
    """Azure says so before it begins."""
    vm = stocked.put(f"{COMPUTE}/virtualMachines/vm", machine)
    stocked.send("POST", f"{COMPUTE}/virtualMachines/vm/deallocate")
    body = {"location": "westus2", "properties": {"sourceVirtualMachine": {"id": vm["id"]}}}
    assert error_of(stocked.send("PUT", f"{COMPUTE}/images/i", body)) == (409, "OperationNotAllowed")
