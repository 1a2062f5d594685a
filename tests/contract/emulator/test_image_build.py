"""The whole way of an image build, driven by Microsoft's own clients."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.storage.blob import BlobClient

COMPUTE = {"api_version": "2024-07-01"}
DISKS = {"api_version": "2024-03-02"}
GALLERY = {"api_version": "2024-03-03"}
WEST = {"location": "westus2"}


def machine_body(nic: str) -> dict[str, Any]:
    image = {"publisher": "debian", "offer": "debian-12", "sku": "12-gen2", "version": "latest"}
    key = {"path": "/home/packer/.ssh/authorized_keys", "keyData": "ssh-ed25519 AAAA test"}
    linux = {"disablePasswordAuthentication": True, "ssh": {"publicKeys": [key]}}
    return {
        **WEST,
        "tags": {"aib-run": "r1"},
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
            "storageProfile": {
                "imageReference": image,
                "osDisk": {"name": "os", "createOption": "FromImage", "deleteOption": "Delete"},
            },
            "osProfile": {"computerName": "build", "adminUsername": "packer", "linuxConfiguration": linux},
            "networkProfile": {"networkInterfaces": [{"id": nic}]},
        },
    }


def power_of(clients: Any, group: str, name: str) -> str:
    view = clients.compute.virtual_machines.instance_view(group, name, **COMPUTE)
    return next(status.code for status in view.statuses if status.code.startswith("PowerState/"))


def test_an_image_goes_from_the_marketplace_to_two_regions_and_outlives_its_group(
    clients: Any, host: Any, azure: Any, network: Any, tiny_image: Any
) -> None:
    """A version is standalone: bytes of the marketplace image come out of it after its build is gone."""
    compute, resource = clients.compute, clients.resource
    resource.resource_groups.create_or_update("images", WEST)
    compute.galleries.begin_create_or_update("images", "corp", WEST, **GALLERY).result()
    identifier = {"publisher": "corp", "offer": "linux", "sku": "web"}
    definition = {
        "osType": "Linux",
        "osState": "Generalized",
        "hyperVGeneration": "V2",
        "identifier": identifier,
    }
    compute.gallery_images.begin_create_or_update(
        "images", "corp", "web", {**WEST, "properties": definition}, **GALLERY
    ).result()

    vm = compute.virtual_machines.begin_create_or_update(
        "build", "vm", machine_body(network.interface), **COMPUTE
    ).result()
    assert vm.provisioning_state == "Succeeded"
    assert vm.storage_profile.image_reference.exact_version == tiny_image.version
    machine = host.named("vm")
    assert machine.spec.address == network.address
    assert machine.spec.provisioning.ssh_public_keys == ("ssh-ed25519 AAAA test",)
    assert power_of(clients, "build", "vm") == "PowerState/running"
    assert machine.spec.ports == (22,)
    machine.kill()
    assert power_of(clients, "build", "vm") == "PowerState/stopped"
    compute.virtual_machines.begin_deallocate("build", "vm", **COMPUTE).result()
    assert power_of(clients, "build", "vm") == "PowerState/deallocated"
    compute.virtual_machines.generalize("build", "vm", **COMPUTE)

    creation = {"createOption": "Copy", "sourceResourceId": vm.storage_profile.os_disk.managed_disk.id}
    snapshot = compute.snapshots.begin_create_or_update(
        "build", "snap", {**WEST, "properties": {"creationData": creation, "incremental": True}}, **DISKS
    ).result()
    assert (snapshot.os_type, snapshot.hyper_v_generation) == ("Linux", "V2")

    profile = {"osDiskImage": {"source": {"id": snapshot.id}}}
    regions = {"targetRegions": [{"name": "westus2"}, {"name": "East US"}]}
    poller = compute.gallery_image_versions.begin_create_or_update(
        "images",
        "corp",
        "web",
        "1.0.0",
        {**WEST, "properties": {"storageProfile": profile, "publishingProfile": regions}},
        **GALLERY,
    )
    with pytest.raises(HttpResponseError) as conflict:
        compute.gallery_image_versions.begin_create_or_update(
            "images", "corp", "web", "1.0.0", {**WEST, "properties": {"storageProfile": profile}}, **GALLERY
        )
    assert conflict.value.status_code == 409
    version = poller.result()
    assert version.provisioning_state == "Succeeded"
    version = compute.gallery_image_versions.get(
        "images", "corp", "web", "1.0.0", expand="ReplicationStatus", **GALLERY
    )
    assert version.replication_status.aggregated_state == "Completed"
    assert [item.region for item in version.replication_status.summary] == ["West US 2", "East US"]

    resource.resource_groups.begin_delete("build").result()
    with pytest.raises(ResourceNotFoundError):
        compute.virtual_machines.get("build", "vm", **COMPUTE)
    assert not resource.resource_groups.check_existence("build")
    assert not list((azure.settings.state_dir / "subscriptions").glob("*/resourcegroups/build"))

    vhd = download_disk_of_version(clients, azure, version.id, azure.settings.state_dir.parent)
    assert content_of(vhd, "vpc") == content_of(tiny_image.disk_path, "qcow2")


def download_disk_of_version(clients: Any, azure: Any, version: str, folder: Path) -> Path:
    """Make a disk of a version, and download it by page ranges as a client with little time would."""
    creation = {"createOption": "FromImage", "galleryImageReference": {"id": version}}
    disks = clients.compute.disks
    disks.begin_create_or_update(
        "images", "out", {**WEST, "properties": {"creationData": creation}}, **DISKS
    ).result()
    grant = {"access": "Read", "durationInSeconds": 600}
    access = disks.begin_grant_access("images", "out", grant, **DISKS).result()
    target = folder / "out.vhd"
    with BlobClient.from_blob_url(access.access_sas, connection_verify=azure.ca_bundle) as blob:
        size = blob.get_blob_properties().size
        ranges = list(blob.list_page_ranges())
        with target.open("wb") as file:
            file.truncate(size)
            for part in ranges:
                length = part.end - part.start + 1
                file.seek(part.start)
                file.write(blob.download_blob(offset=part.start, length=length).readall())
        assert 0 < sum(part.end - part.start + 1 for part in ranges) < size
        assert (
            hashlib.sha256(blob.download_blob().readall()).digest()
            == hashlib.sha256(target.read_bytes()).digest()
        )
    return target


def content_of(path: Path, kind: str) -> str:
    raw = path.with_suffix(".check")
    subprocess.run(["qemu-img", "convert", "-f", kind, "-O", "raw", path, raw], check=True)
    return hashlib.sha256(raw.read_bytes()).hexdigest()
