"""Gallery image versions: content that stands alone, and the regions it is in.

Rule: one write at a time. A version is one resource, so two writers at once are a conflict (409).
"""

from __future__ import annotations

import copy

from aib_airflow.emulator import errors, lro, tracked
from aib_airflow.emulator.clock import stamp
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute import contents, replication, version_sources, versions
from aib_airflow.emulator.compute.types import VERSION
from aib_airflow.emulator.operations import Operation, Work
from aib_airflow.emulator.regions import display_name, region_name
from aib_airflow.emulator.routing import LIST, Call, Reply, Routes
from aib_airflow.emulator.store import Json, Resource

CREATE_WORK, UPDATE_WORK, DELETE_WORK = "versions.create", "versions.update", "versions.delete"


def put(cloud: Cloud, call: Call) -> Reply:
    """Create a version; a PUT on an existing one changes its regions and settings."""
    versions.check_name(call.id.name)
    existing = cloud.store.find(call.id)
    version = tracked.requested(cloud, call, existing)
    if existing and existing.state == "Succeeded":
        return _update(cloud, call, existing, version)
    version.properties["publishingProfile"] = _publishing_profile(cloud, version, existing)
    origin = version_sources.find(cloud, version)
    _require_fit(cloud, version, origin)
    version.properties["storageProfile"] = version_sources.shown(version, origin)
    latency_s = cloud.settings.latencies.gallery_s
    operation = cloud.operations.start(cloud, version, CREATE_WORK, state="Creating", latency_s=latency_s)
    return lro.written(cloud, call, operation, version, status=201)


def patch(cloud: Cloud, call: Call) -> Reply:
    """Change tags, regions or settings."""
    existing = cloud.store.get(call.id)
    cloud.operations.require_idle(existing)
    version = Resource(existing.id, {**copy.deepcopy(existing.body), **call.body}, dict(existing.inner))
    version.body["properties"] = copy.deepcopy(call.body.get("properties") or {})
    return _update(cloud, call, existing, version)


def get(cloud: Cloud, call: Call) -> Reply:
    """GET one version, with `$expand=ReplicationStatus` how far it has come."""
    version = cloud.store.get(call.id)
    if call.query.get("$expand", "").lower() != "replicationstatus":
        return Reply(200, version.body)
    status = replication.status(cloud, version)
    return Reply(200, {**version.body, "properties": {**version.properties, "replicationStatus": status}})


def delete(cloud: Cloud, call: Call) -> Reply:
    """Begin to delete a version."""
    version = cloud.store.find(call.id)
    if version is None:
        return Reply(204)
    cloud.operations.require_idle(version)
    latency_s = cloud.settings.latencies.delete_s
    operation = cloud.operations.start(cloud, version, DELETE_WORK, state="Deleting", latency_s=latency_s)
    return lro.accepted(cloud, call, operation)


def create(cloud: Cloud, operation: Operation) -> None:
    """Work: take the content, then wait for the regions."""
    identity = operation.target
    version = cloud.store.get(identity)
    if not cloud.disk_file(identity).exists():
        _take_content(cloud, version)
    update(cloud, operation)


def update(cloud: Cloud, operation: Operation) -> None:
    """Work: begin to replicate to new regions, and wait until all have it."""
    identity = operation.target
    with cloud.store.edit(identity) as version:
        replication.begin(cloud, version)
    while (seconds := replication.remaining_s(cloud, cloud.store.get(identity))) > 0:
        cloud.clock.sleep(seconds)


def remove(cloud: Cloud, operation: Operation) -> None:
    """Work: delete the version with its content."""
    identity = operation.target
    cloud.store.remove(identity)


def _take_content(cloud: Cloud, version: Resource) -> None:
    """Take data disks first: the OS disk's file says that all is there."""
    origin = version_sources.find(cloud, version)
    for lun, disk in origin.data_disks:
        _take(disk, cloud, version, f"data-{lun}")
    _take(origin.os_disk, cloud, version, "disk")


def _take(disk: version_sources.Origin, cloud: Cloud, version: Resource, name: str) -> None:
    take = contents.share if disk.is_published else contents.make_standalone
    take(disk.file, cloud.disk_file(version.id, name))


def _update(cloud: Cloud, call: Call, existing: Resource, wanted: Resource) -> Reply:
    source = (wanted.properties.get("storageProfile") or {}).get("source")
    before = existing.properties["storageProfile"].get("source")
    if source and str(source).lower() != str(before).lower():
        raise errors.change_not_allowed("galleryImageVersion.properties.storageProfile.source")
    profile = _publishing_profile(cloud, wanted, existing)
    wanted.body["properties"] = {**existing.properties, **wanted.properties}
    wanted.properties["publishingProfile"] = profile
    wanted.properties["storageProfile"] = existing.properties["storageProfile"]
    latency_s = cloud.settings.latencies.gallery_s
    operation = cloud.operations.start(cloud, wanted, UPDATE_WORK, state="Updating", latency_s=latency_s)
    return lro.written(cloud, call, operation, wanted, status=200)


def _publishing_profile(cloud: Cloud, version: Resource, existing: Resource | None) -> Json:
    """Return the profile with Azure's defaults and region names as Azure shows them."""
    before = existing.properties["publishingProfile"] if existing else {}
    profile: Json = {
        "replicaCount": 1,
        "excludeFromLatest": False,
        "storageAccountType": "Standard_LRS",
        "replicationMode": "Full",
        "publishedDate": stamp(cloud.clock.now()),
        **before,
        **(version.properties.get("publishingProfile") or {}),
    }
    profile.pop("source", None)
    wanted = profile.get("targetRegions") or [{"name": version.location}]
    profile["targetRegions"] = [_target_region(region, profile) for region in wanted]
    names = [region_name(region["name"]) for region in wanted]
    if version.location not in names:
        message = (
            f"The gallery image version publishing profile regions '{','.join(names)}' must contain the "
            f"location of image version '{version.location}'."
        )
        raise errors.invalid_parameter("publishingProfile.targetRegions", message)
    return profile


def _target_region(region: Json, profile: Json) -> Json:
    return {
        "regionalReplicaCount": profile["replicaCount"],
        "storageAccountType": profile["storageAccountType"],
        "excludeFromLatest": False,
        **region,
        "name": display_name(region["name"]),
    }


def _require_fit(cloud: Cloud, version: Resource, origin: version_sources.Origins) -> None:
    """Raise ArmError when the source is not what the definition promises."""
    definition = cloud.store.get(version.id.parent).properties
    for key, value in (("osType", origin.os_type), ("hyperVGeneration", origin.generation)):
        if value and value != definition[key]:
            message = (
                f"The {key} of the source, '{value}', does not match the gallery image's '{definition[key]}'."
            )
            raise errors.conflict(message, "InvalidParameter")
    if origin.is_generalized is False and definition["osState"] == "Generalized":
        raise errors.not_allowed(f"The source of {version.id} is not generalized: generalize the VM first.")


ROUTES: Routes = {
    ("PUT", VERSION, ""): put,
    ("GET", VERSION, ""): get,
    ("GET", VERSION, LIST): tracked.list_all,
    ("PATCH", VERSION, ""): patch,
    ("DELETE", VERSION, ""): delete,
}
WORKS: dict[str, Work] = {CREATE_WORK: create, UPDATE_WORK: update, DELETE_WORK: remove}
