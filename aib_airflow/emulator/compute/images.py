"""Managed images: made from a generalized machine, or from disks and snapshots."""

from __future__ import annotations

from aib_airflow.emulator import errors, lro, tracked
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute import contents, version_sources
from aib_airflow.emulator.compute.types import IMAGE
from aib_airflow.emulator.operations import Operation, Work
from aib_airflow.emulator.routing import LIST, Call, Reply, Routes
from aib_airflow.emulator.store import Json, Resource

CREATE_WORK, DELETE_WORK = "images.create", "images.delete"


def put(cloud: Cloud, call: Call) -> Reply:
    """Create an image; a PUT on an existing one changes its tags."""
    existing = cloud.store.find(call.id)
    image = tracked.requested(cloud, call, existing)
    if existing and existing.state == "Succeeded":
        image.body["properties"] = existing.properties
    else:
        image.properties["storageProfile"] = _storage_profile(image, _origins(cloud, image))
        image.properties.setdefault("hyperVGeneration", _origins(cloud, image).generation or "V1")
    latency_s = cloud.settings.latencies.disk_s
    operation = cloud.operations.start(cloud, image, CREATE_WORK, state="Creating", latency_s=latency_s)
    return lro.written(cloud, call, operation, image, status=200 if existing else 201)


def delete(cloud: Cloud, call: Call) -> Reply:
    """Begin to delete an image; what was made from it lives on."""
    image = cloud.store.find(call.id)
    if image is None:
        return Reply(204)
    latency_s = cloud.settings.latencies.delete_s
    operation = cloud.operations.start(cloud, image, DELETE_WORK, state="Deleting", latency_s=latency_s)
    return lro.accepted(cloud, call, operation)


def create(cloud: Cloud, operation: Operation) -> None:
    """Work: copy the contents."""
    identity = operation.target
    if cloud.disk_file(identity).exists():
        return
    origins = _origins(cloud, cloud.store.get(identity))
    for lun, disk in origins.data_disks:
        contents.make_standalone(disk.file, cloud.disk_file(identity, f"data-{lun}"))
    contents.make_standalone(origins.os_disk.file, cloud.disk_file(identity))


def remove(cloud: Cloud, operation: Operation) -> None:
    """Work: delete the image with its content."""
    identity = operation.target
    cloud.store.remove(identity)


def _origins(cloud: Cloud, image: Resource) -> version_sources.Origins:
    if source := image.properties.get("sourceVirtualMachine"):
        vm = cloud.store.get(tracked.reference(source, "sourceVirtualMachine"))
        origins = version_sources.of_machine(cloud, vm)
        if not origins.is_generalized:
            raise errors.not_allowed(f"VM '{vm.id.name}' is not generalized: generalize it before capturing.")
        return origins
    profile = image.properties.get("storageProfile") or {}
    os_disk = profile.get("osDisk") or {}
    origins = _of_disk(cloud, os_disk, "storageProfile.osDisk")
    data = tuple(
        (int(item["lun"]), _of_disk(cloud, item, "dataDisks").os_disk)
        for item in profile.get("dataDisks") or []
    )
    os_type = os_disk.get("osType") or origins.os_type
    return version_sources.Origins(origins.os_disk, data, os_type, origins.generation)


def _of_disk(cloud: Cloud, item: Json, target: str) -> version_sources.Origins:
    reference = item.get("snapshot") or item.get("managedDisk")
    if reference is None and item.get("blobUri"):
        raise errors.not_supported("PUT", target, IMAGE, "blobUri")
    return version_sources.of_disk(cloud, tracked.reference(reference, f"{target}.managedDisk"))


def _storage_profile(image: Resource, origins: version_sources.Origins) -> Json:
    profile = image.properties.get("storageProfile") or {}
    given = profile.get("osDisk") or {}
    os_disk: Json = {
        "osState": "Generalized",
        "caching": "ReadWrite",
        "storageAccountType": "Standard_LRS",
        **given,
    }
    os_disk |= {"osType": origins.os_type, "diskSizeGB": contents.size_gb(origins.os_disk.file)}
    luns = {item["lun"]: item for item in profile.get("dataDisks") or []}
    data = [
        {**luns.get(lun, {}), "lun": lun, "diskSizeGB": contents.size_gb(disk.file)}
        for lun, disk in origins.data_disks
    ]
    return {"zoneResilient": False, **profile, "osDisk": os_disk, "dataDisks": data}


ROUTES: Routes = {
    ("PUT", IMAGE, ""): put,
    ("GET", IMAGE, ""): tracked.get,
    ("GET", IMAGE, LIST): tracked.list_all,
    ("PATCH", IMAGE, ""): tracked.patch_tags,
    ("DELETE", IMAGE, ""): delete,
}
WORKS: dict[str, Work] = {CREATE_WORK: create, DELETE_WORK: remove}
