"""Deleting a resource with the real things behind it: machines, signed URLs."""

from __future__ import annotations

from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute import grants, guests
from aib_airflow.emulator.compute.types import DISK, SNAPSHOT, VIRTUAL_MACHINE
from aib_airflow.emulator.store import Resource


def remove(cloud: Cloud, resource: Resource) -> None:
    """Let go of what the resource holds, then delete it with its files."""
    kind = resource.id.type.lower()
    if kind == VIRTUAL_MACHINE.lower():
        guests.forget(cloud, resource)
    elif kind in {DISK.lower(), SNAPSHOT.lower()}:
        grants.release(cloud, resource)
    cloud.store.remove(resource.id)
