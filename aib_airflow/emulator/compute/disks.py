"""Managed disks: made empty, from an image, or as a copy of another disk or snapshot."""

from __future__ import annotations

import dataclasses
import uuid
from pathlib import Path

from aib_airflow.emulator import errors, lro, tracked
from aib_airflow.emulator.clock import stamp
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute import attachments, contents, grants, guests, sources
from aib_airflow.emulator.compute.types import DISK, SNAPSHOT
from aib_airflow.emulator.identifiers import ResourceId
from aib_airflow.emulator.machines import disks as disk_files
from aib_airflow.emulator.operations import Operation, Work
from aib_airflow.emulator.routing import LIST, Call, Reply, Routes
from aib_airflow.emulator.store import Json, Resource

CREATE_WORK, DELETE_WORK = "disks.create", "disks.delete"
COPY_OPTIONS = {"Copy", "Restore"}


def put(cloud: Cloud, call: Call) -> Reply:
    """Create a disk; a PUT on an existing one changes its tags and may make it bigger."""
    existing = cloud.store.find(call.id)
    resource = tracked.requested(cloud, call, existing)
    resource.body.setdefault("sku", {"name": "Standard_LRS", "tier": "Standard"})
    if existing and existing.state == "Succeeded":
        return _update(cloud, call, existing, resource)
    _complete(cloud, resource)
    latency_s = cloud.settings.latencies.disk_s
    operation = cloud.operations.start(cloud, resource, CREATE_WORK, state="Updating", latency_s=latency_s)
    return lro.written(cloud, call, operation, resource, status=202)


def get(cloud: Cloud, call: Call) -> Reply:
    """GET one disk."""
    return Reply(200, shown(cloud, cloud.store.get(call.id)))


def list_all(cloud: Cloud, call: Call) -> Reply:
    """GET all disks in scope."""
    return Reply(200, {"value": [shown(cloud, item) for item in cloud.store.of_type(DISK, call.id)]})


def patch(cloud: Cloud, call: Call) -> Reply:
    """Change tags or sku, or make the disk bigger."""
    existing = cloud.store.get(call.id)
    cloud.operations.require_idle(existing)
    changed = Resource(existing.id, {**existing.body, **call.body}, existing.inner)
    changed.body["properties"] = {**existing.properties, **(call.body.get("properties") or {})}
    return _update(cloud, call, existing, changed)


def delete(cloud: Cloud, call: Call) -> Reply:
    """Delete a disk that no machine has and that nobody reads."""
    resource = cloud.store.find(call.id)
    if resource is None:
        return Reply(204)
    if owner := attachments.owner_of(cloud, resource.id):
        raise errors.conflict(f"Disk {resource.id.name} is attached to VM {owner.id}.", "OperationNotAllowed")
    grants.require_none(resource)
    latency_s = cloud.settings.latencies.delete_s
    operation = cloud.operations.start(cloud, resource, DELETE_WORK, state="Deleting", latency_s=latency_s)
    return lro.accepted(cloud, call, operation)


def shown(cloud: Cloud, resource: Resource) -> Json:
    """Return the body with the state of its use."""
    owner = attachments.owner_of(cloud, resource.id)
    if grants.is_active(resource):
        state = "ActiveSAS"
    elif owner:
        state = "Reserved" if guests.is_deallocated(owner) else "Attached"
    else:
        state = "Unattached"
    body = {**resource.body, "properties": {**resource.properties, "diskState": state}}
    return {**body, "managedBy": str(owner.id)} if owner else body


def new_record(cloud: Cloud, identity: ResourceId, location: str, properties: Json, sku: str) -> Resource:
    """Return the disk that comes into being with a machine."""
    body: Json = {"id": str(identity), "name": identity.name, "type": DISK, "location": location, "tags": {}}
    body |= {"sku": {"name": sku}, "properties": {**properties, "provisioningState": "Succeeded"}}
    resource = Resource(identity, body)
    _stamp(cloud, resource)
    return resource


def create(cloud: Cloud, operation: Operation) -> None:
    """Work: make the disk's content."""
    identity = operation.target
    resource = cloud.store.get(identity)
    data = resource.properties["creationData"]
    target, wanted_gb = cloud.disk_file(identity), resource.properties.get("diskSizeGB")
    if data["createOption"] == "Empty":
        contents.make_empty(target, int(wanted_gb or 0))
    elif data["createOption"] in COPY_OPTIONS:
        contents.make_standalone(_copied_file(cloud, data), target)
        contents.grow(target, wanted_gb)
    else:
        source = _image_source(cloud, data, resource.location)
        contents.make_writable(source.file, target, wanted_gb)
    _note_size(cloud, identity, target)


def remove(cloud: Cloud, operation: Operation) -> None:
    """Work: delete the disk with its content."""
    identity = operation.target
    cloud.store.remove(identity)


def _complete(cloud: Cloud, resource: Resource) -> None:
    """Check what the disk is made from, while the caller waits, and fill in what follows from it."""
    data = resource.properties.get("creationData") or {}
    option = data.get("createOption")
    if option == "Empty":
        if not resource.properties.get("diskSizeGB"):
            raise errors.missing_parameter("diskSizeGB")
    elif option in COPY_OPTIONS:
        _copied_file(cloud, data)
        origin = cloud.store.get(tracked.reference({"id": data.get("sourceResourceId")}, "sourceResourceId"))
        for key in ("osType", "hyperVGeneration"):
            if key in origin.properties:
                resource.properties.setdefault(key, origin.properties[key])
        resource.properties.setdefault("diskSizeGB", origin.properties["diskSizeGB"])
    elif option == "FromImage":
        source = _image_source(cloud, data, resource.location)
        resource.properties.setdefault("osType", source.os_type)
        resource.properties.setdefault("hyperVGeneration", source.generation)
        resource.properties.setdefault("diskSizeGB", source.size_gb)
    else:
        raise errors.not_supported("PUT", str(resource.id), DISK, f"createOption {option}")
    _stamp(cloud, resource)


def _stamp(cloud: Cloud, resource: Resource) -> None:
    resource.properties.setdefault("uniqueId", str(uuid.uuid4()))
    resource.properties.setdefault("timeCreated", stamp(cloud.clock.now()))
    if size := resource.properties.get("diskSizeGB"):
        resource.properties["diskSizeBytes"] = int(size) * 2**30


def _copied_file(cloud: Cloud, data: Json) -> Path:
    identity = tracked.reference({"id": data.get("sourceResourceId")}, "creationData.sourceResourceId")
    if identity.type.lower() not in {DISK.lower(), SNAPSHOT.lower()}:
        raise errors.invalid_parameter("sourceResourceId", f"{identity} is no disk and no snapshot.")
    guests.require_not_running(cloud, cloud.store.get(identity).id)
    return cloud.disk_file(identity)


def _image_source(cloud: Cloud, data: Json, location: str) -> sources.Source:
    reference = data.get("galleryImageReference") or data.get("imageReference")
    if not reference:
        raise errors.missing_parameter("creationData.imageReference")
    if "/publishers/" in str(reference.get("id", "")).lower():
        reference = _urn_of(str(reference["id"]))
    source = sources.resolve(cloud, reference, location)
    lun = reference.get("lun")
    if lun is None:
        return source
    files = dict(source.data_files)
    if lun not in files:
        raise errors.invalid_parameter(
            "galleryImageReference.lun", f"The image has no data disk at lun {lun}."
        )
    return dataclasses.replace(source, file=files[lun], size_gb=contents.size_gb(files[lun]))


def _urn_of(path: str) -> Json:
    """Return the image reference in an id such as `.../Publishers/P/ArtifactTypes/VMImage/Offers/...`."""
    words = path.strip("/").split("/")
    pairs = {key.lower(): value for key, value in zip(words[0::2], words[1::2], strict=False)}
    urn = {"publisher": "publishers", "offer": "offers", "sku": "skus", "version": "versions"}
    return {key: pairs.get(plural, "") for key, plural in urn.items()}


def _update(cloud: Cloud, call: Call, existing: Resource, wanted: Resource) -> Reply:
    before, after = existing.properties["diskSizeGB"], wanted.properties.get("diskSizeGB")
    wanted.body["properties"] = {**existing.properties, **wanted.properties}
    if (
        wanted.properties["creationData"].get("createOption")
        != existing.properties["creationData"]["createOption"]
    ):
        raise errors.change_not_allowed("creationData")
    if after and after < before:
        raise errors.invalid_parameter(
            "diskSizeGB", f"Disk size can only grow: it is {before} GB, not {after}."
        )
    if after and after > before:
        guests.require_not_running(cloud, existing.id)
        _stamp(cloud, wanted)
    latency_s = cloud.settings.latencies.disk_s
    operation = cloud.operations.start(cloud, wanted, "disks.resize", state="Updating", latency_s=latency_s)
    return lro.written(cloud, call, operation, wanted, status=202)


def resize(cloud: Cloud, operation: Operation) -> None:
    """Work: make the content as big as the resource says."""
    identity = operation.target
    resource = cloud.store.get(identity)
    contents.grow(cloud.disk_file(identity), resource.properties["diskSizeGB"])


def _note_size(cloud: Cloud, identity: ResourceId, target: Path) -> None:
    with cloud.store.edit(identity) as resource:
        size = disk_files.virtual_size_bytes(target)
        resource.properties.update(diskSizeBytes=size, diskSizeGB=-(-size // 2**30))


ROUTES: Routes = {
    ("PUT", DISK, ""): put,
    ("GET", DISK, ""): get,
    ("GET", DISK, LIST): list_all,
    ("PATCH", DISK, ""): patch,
    ("DELETE", DISK, ""): delete,
}
WORKS: dict[str, Work] = {CREATE_WORK: create, DELETE_WORK: remove, "disks.resize": resize}
