"""Galleries and their image definitions."""

from __future__ import annotations

from aib_airflow.emulator import errors, lro, tracked
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute.types import DEFINITION, GALLERY
from aib_airflow.emulator.operations import Operation, Work
from aib_airflow.emulator.routing import LIST, Call, Reply, Routes
from aib_airflow.emulator.store import Json, Resource

SETTLE_WORK, DELETE_WORK = "galleries.settle", "galleries.delete"
IDENTIFIER = ("publisher", "offer", "sku")
FIXED = ("osType", "osState", "hyperVGeneration", "identifier", "architecture")


def put_gallery(cloud: Cloud, call: Call) -> Reply:
    """Create or update a gallery."""
    existing = cloud.store.find(call.id)
    resource = tracked.requested(cloud, call, existing)
    unique_name = f"{resource.id.subscription}-{resource.id.name.upper()}"
    resource.properties["identifier"] = {"uniqueName": unique_name}
    return _save(cloud, call, resource, existing)


def put_definition(cloud: Cloud, call: Call) -> Reply:
    """Create or update an image definition."""
    existing = cloud.store.find(call.id)
    resource = tracked.requested(cloud, call, existing)
    _check_definition(resource)
    defaults: Json = {"hyperVGeneration": "V1", "architecture": "x64", "features": []}
    resource.body["properties"] = {**defaults, **resource.properties}
    if existing:
        _require_same(existing, resource)
    return _save(cloud, call, resource, existing)


def patch(cloud: Cloud, call: Call) -> Reply:
    """Change tags, or properties that are not fixed."""
    existing = cloud.store.get(call.id)
    cloud.operations.require_idle(existing)
    changed = Resource(existing.id, {**existing.body, **call.body}, existing.inner)
    changed.body["properties"] = {**existing.properties, **(call.body.get("properties") or {})}
    _require_same(existing, changed)
    return _save(cloud, call, changed, existing)


def delete(cloud: Cloud, call: Call) -> Reply:
    """Begin to delete a gallery or definition that is empty."""
    resource = cloud.store.find(call.id)
    if resource is None:
        return Reply(204)
    inner = "images" if call.type == GALLERY else "versions"
    if nested := cloud.store.of_type(f"{call.type}/{inner}", resource.id):
        message = f"Can not delete resource before nested resources are deleted: {nested[0].id}."
        raise errors.conflict(message, "CannotDeleteResource")
    latency_s = cloud.settings.latencies.delete_s
    operation = cloud.operations.start(cloud, resource, DELETE_WORK, state="Deleting", latency_s=latency_s)
    return lro.accepted(cloud, call, operation)


def settle(cloud: Cloud, operation: Operation) -> None:
    """Work: nothing is left to do; the resource becomes Succeeded."""
    identity = operation.target
    cloud.store.get(identity)


def remove(cloud: Cloud, operation: Operation) -> None:
    """Work: delete the resource."""
    identity = operation.target
    cloud.store.remove(identity)


def _save(cloud: Cloud, call: Call, resource: Resource, existing: Resource | None) -> Reply:
    state, status = ("Updating", 200) if existing else ("Creating", 201)
    latency_s = cloud.settings.latencies.gallery_s
    operation = cloud.operations.start(
        cloud, resource, SETTLE_WORK, state=state, latency_s=latency_s, inline=True
    )
    return lro.written(cloud, call, operation, resource, status=status)


def _check_definition(resource: Resource) -> None:
    properties = resource.properties
    if properties.get("osType") not in {"Linux", "Windows"}:
        raise errors.invalid_parameter(
            "osType", f"osType {properties.get('osType')} is not Linux or Windows."
        )
    if properties.get("osState") not in {"Generalized", "Specialized"}:
        message = f"osState {properties.get('osState')} is not Generalized or Specialized."
        raise errors.invalid_parameter("osState", message)
    identifier = properties.get("identifier") or {}
    for key in IDENTIFIER:
        if not identifier.get(key):
            raise errors.missing_parameter(f"galleryImage.properties.identifier.{key}")


def _require_same(existing: Resource, wanted: Resource) -> None:
    for key in FIXED:
        if wanted.properties.get(key, existing.properties.get(key)) != existing.properties.get(key):
            raise errors.change_not_allowed(f"galleryImage.properties.{key}")


ROUTES: Routes = {
    ("PUT", GALLERY, ""): put_gallery,
    ("GET", GALLERY, ""): tracked.get,
    ("GET", GALLERY, LIST): tracked.list_all,
    ("PATCH", GALLERY, ""): patch,
    ("DELETE", GALLERY, ""): delete,
    ("PUT", DEFINITION, ""): put_definition,
    ("GET", DEFINITION, ""): tracked.get,
    ("GET", DEFINITION, LIST): tracked.list_all,
    ("PATCH", DEFINITION, ""): patch,
    ("DELETE", DEFINITION, ""): delete,
}
WORKS: dict[str, Work] = {SETTLE_WORK: settle, DELETE_WORK: remove}
