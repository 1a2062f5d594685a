"""Snapshots: the content of a disk at one moment, standing alone. Rule: the disk's machine is not running."""

from __future__ import annotations

import uuid

from aib_airflow.emulator import errors, lro, tracked
from aib_airflow.emulator.clock import stamp
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute import contents, grants, guests
from aib_airflow.emulator.compute.types import DISK, SNAPSHOT
from aib_airflow.emulator.operations import Operation, Work
from aib_airflow.emulator.routing import LIST, Call, Reply, Routes
from aib_airflow.emulator.store import Json, Resource

CREATE_WORK, DELETE_WORK = "snapshots.create", "snapshots.delete"
INHERITED = ("osType", "hyperVGeneration", "diskSizeGB", "diskSizeBytes", "supportedCapabilities")


def put(cloud: Cloud, call: Call) -> Reply:
    """Create a snapshot of a disk or of another snapshot."""
    existing = cloud.store.find(call.id)
    resource = tracked.requested(cloud, call, existing)
    resource.body.setdefault("sku", {"name": "Standard_LRS", "tier": "Standard"})
    source = _source(cloud, resource)
    if existing and existing.state == "Succeeded":
        _require_same_source(existing, source)
        resource.body["properties"] = {**existing.properties, **resource.properties}
    else:
        _complete(cloud, resource, source)
    latency_s = cloud.settings.latencies.disk_s
    operation = cloud.operations.start(cloud, resource, CREATE_WORK, state="Updating", latency_s=latency_s)
    return lro.written(cloud, call, operation, resource, status=202)


def get(cloud: Cloud, call: Call) -> Reply:
    """GET one snapshot."""
    return Reply(200, _shown(cloud.store.get(call.id)))


def list_all(cloud: Cloud, call: Call) -> Reply:
    """GET all snapshots in scope."""
    return Reply(200, {"value": [_shown(item) for item in cloud.store.of_type(SNAPSHOT, call.id)]})


def delete(cloud: Cloud, call: Call) -> Reply:
    """Delete a snapshot that nobody reads."""
    resource = cloud.store.find(call.id)
    if resource is None:
        return Reply(204)
    grants.require_none(resource)
    latency_s = cloud.settings.latencies.delete_s
    operation = cloud.operations.start(cloud, resource, DELETE_WORK, state="Deleting", latency_s=latency_s)
    return lro.accepted(cloud, call, operation)


def create(cloud: Cloud, operation: Operation) -> None:
    """Work: copy the content. A published source is shared, a disk is copied."""
    identity = operation.target
    resource = cloud.store.get(identity)
    source = _source(cloud, resource)
    take = contents.share if source.id.type == SNAPSHOT else contents.make_standalone
    target = cloud.disk_file(identity)
    if not target.exists():
        guests.require_not_running(cloud, source.id)
        take(cloud.disk_file(source.id), target)
    with cloud.store.edit(identity) as found:
        found.properties["completionPercent"] = 100.0


def remove(cloud: Cloud, operation: Operation) -> None:
    """Work: delete the snapshot with its content."""
    identity = operation.target
    cloud.store.remove(identity)


def _source(cloud: Cloud, resource: Resource) -> Resource:
    data = resource.properties.get("creationData") or {}
    option = data.get("createOption")
    if option not in {"Copy", "CopyStart"}:
        raise errors.not_supported("PUT", str(resource.id), SNAPSHOT, f"createOption {option}")
    text = data.get("sourceResourceId") or data.get("sourceUri")
    identity = tracked.reference({"id": text}, "creationData.sourceResourceId")
    if identity.type.lower() not in {DISK.lower(), SNAPSHOT.lower()}:
        raise errors.invalid_parameter("sourceResourceId", f"{identity} is no disk and no snapshot.")
    source = cloud.store.find(identity)
    if source is None and not cloud.disk_file(resource.id).exists():
        raise errors.not_found(identity)
    return source or resource


def _require_same_source(existing: Resource, source: Resource) -> None:
    data = existing.properties["creationData"]
    before = str(data.get("sourceResourceId") or data.get("sourceUri")).lower()
    if before != str(source.id).lower() and source.id != existing.id:
        raise errors.change_not_allowed("creationData.sourceResourceId")


def _complete(cloud: Cloud, resource: Resource, source: Resource) -> None:
    """Check the source, while the caller waits, and inherit what a snapshot has from it."""
    if source.state not in {"Succeeded", "Updating"}:
        raise errors.not_allowed(f"The source {source.id} is in provisioning state {source.state}.")
    if source.location != resource.location:
        message = f"The source {source.id} is in {source.location}: a snapshot is made in the same region."
        raise errors.invalid_parameter("location", message)
    guests.require_not_running(cloud, source.id)
    inherited = {key: source.properties[key] for key in INHERITED if key in source.properties}
    resource.body["properties"] = {
        "incremental": False,
        "encryption": {"type": "EncryptionAtRestWithPlatformKey"},
        "networkAccessPolicy": "AllowAll",
        **inherited,
        **resource.properties,
        "timeCreated": stamp(cloud.clock.now()),
        "uniqueId": str(uuid.uuid4()),
    }
    data = resource.properties["creationData"]
    data["sourceUniqueId"] = source.properties.get("uniqueId", "")


def _shown(resource: Resource) -> Json:
    state = "ActiveSAS" if grants.is_active(resource) else "Unattached"
    return {**resource.body, "properties": {**resource.properties, "diskState": state}}


ROUTES: Routes = {
    ("PUT", SNAPSHOT, ""): put,
    ("GET", SNAPSHOT, ""): get,
    ("GET", SNAPSHOT, LIST): list_all,
    ("PATCH", SNAPSHOT, ""): tracked.patch_tags,
    ("DELETE", SNAPSHOT, ""): delete,
}
WORKS: dict[str, Work] = {CREATE_WORK: create, DELETE_WORK: remove}
