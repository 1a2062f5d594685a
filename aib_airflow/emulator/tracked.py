"""What all tracked resources share: a name, a location, tags; GET, list and PATCH of tags."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from aib_airflow.emulator import errors
from aib_airflow.emulator.identifiers import ResourceId, parse_id
from aib_airflow.emulator.regions import region_name
from aib_airflow.emulator.routing import Call, Reply
from aib_airflow.emulator.store import Json, Resource

if TYPE_CHECKING:
    from aib_airflow.emulator.cloud import Cloud


def requested(cloud: Cloud, call: Call, existing: Resource | None) -> Resource:
    """Return the resource as a PUT asks for it, checked as far as all types have it in common.

    Unknown properties are kept. Raises ArmError: no location, another location than before, or another
    operation still running.
    """
    location = str(call.body.get("location") or (existing.location if existing else ""))
    if not location:
        raise errors.ArmError(
            400, "LocationRequired", "The location property is required for this definition."
        )
    location = region_name(location)
    if existing:
        cloud.operations.require_idle(existing)
        _require_same_location(existing, location)
    body = copy.deepcopy(call.body)
    identity = existing.id if existing else call.id
    body |= {"id": str(identity), "name": identity.name, "type": call.type, "location": location}
    body["properties"] = body.get("properties") or {}
    body.setdefault("tags", {})
    return Resource(identity, body, dict(existing.inner) if existing else {})


def get(cloud: Cloud, call: Call) -> Reply:
    """GET one resource."""
    return Reply(200, cloud.store.get(call.id).body)


def list_all(cloud: Cloud, call: Call) -> Reply:
    """GET all resources of a type in a subscription, a group or a parent."""
    return Reply(200, {"value": [resource.body for resource in cloud.store.of_type(call.type, call.id)]})


def patch_tags(cloud: Cloud, call: Call) -> Reply:
    """PATCH tags, which are replaced whole; anything else in the body is refused by name."""
    if other := sorted(set(call.body) - {"tags"}):
        raise errors.not_supported("PATCH", str(call.id), call.type, f"only tags, not {', '.join(other)}")
    with cloud.store.edit(call.id) as resource:
        resource.body["tags"] = call.body.get("tags") or {}
    return Reply(200, resource.body)


def reference(value: Json | None, target: str) -> ResourceId:
    """Return the id of a `{"id": ...}` object. Raises ArmError (400) that names the property."""
    text = (value or {}).get("id")
    if not text:
        raise errors.missing_parameter(f"{target}.id")
    try:
        return parse_id(text)
    except ValueError as error:
        raise errors.ArmError(400, "LinkedInvalidPropertyId", f"{target}: {error}", target=target) from None


def _require_same_location(existing: Resource, location: str) -> None:
    if existing.location != location:
        raise errors.conflict(
            f"The resource '{existing.id.name}' already exists in location '{existing.location}'. "
            f"A resource with the same name cannot be created in location '{location}'.",
            "InvalidResourceLocation",
        )
