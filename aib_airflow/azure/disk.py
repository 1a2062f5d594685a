"""Disks and their snapshots."""

from __future__ import annotations

from collections.abc import Mapping

from aib_airflow.azure import operation
from aib_airflow.azure.client import DISKS, Arm
from aib_airflow.azure.errors import translated
from aib_airflow.azure.operation import Operation


def create_snapshot(
    arm: Arm, group: str, name: str, location: str, *, source_id: str, tags: Mapping[str, str]
) -> Operation | None:
    """Start copying a disk as it is now."""
    body = {
        "location": location,
        "tags": dict(tags),
        "sku": {"name": "Standard_LRS"},
        "properties": {"creationData": {"createOption": "Copy", "sourceResourceId": source_id}},
    }
    return operation.start(
        f"create snapshot {name}",
        arm.compute.snapshots.begin_create_or_update,
        group,
        name,
        body,
        api_version=DISKS,
    )


@translated
def snapshot_size_gb(arm: Arm, group: str, name: str) -> int:
    """Return the snapshot's size. Raises NotFoundError when it is gone."""
    return int(arm.compute.snapshots.get(group, name, api_version=DISKS).disk_size_gb or 0)
