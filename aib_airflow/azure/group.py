"""Resource groups: all that one build makes lies in one."""

from __future__ import annotations

from collections.abc import Mapping

from aib_airflow.azure import operation
from aib_airflow.azure.client import Arm
from aib_airflow.azure.errors import NotFoundError, translated
from aib_airflow.azure.operation import Operation


@translated
def create(arm: Arm, name: str, location: str, tags: Mapping[str, str]) -> str:
    """Create the group, or set the tags of the one that is there; return its id."""
    group = arm.resources.resource_groups.create_or_update(name, {"location": location, "tags": dict(tags)})
    return str(group.id)


@translated
def tags(arm: Arm, name: str) -> dict[str, str] | None:
    """Return the group's tags, or None when there is no such group."""
    from azure.core.exceptions import ResourceNotFoundError

    try:
        group = arm.resources.resource_groups.get(name)
    except ResourceNotFoundError:
        return None
    return dict(group.tags or {})


def delete(arm: Arm, name: str) -> Operation | None:
    """Start deleting the group and all in it; None when it is gone already."""
    try:
        return operation.start(
            f"delete resource group {name}",
            arm.resources.resource_groups.begin_delete,
            name,
        )
    except NotFoundError:
        return None


@translated
def count(arm: Arm) -> int:
    """Count the subscription's groups: the least that proves login and rights."""
    return sum(1 for _ in arm.resources.resource_groups.list())
