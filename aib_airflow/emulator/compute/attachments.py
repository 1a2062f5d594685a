"""Which machine has a disk: worked out from the machines whenever someone looks."""

from __future__ import annotations

from collections.abc import Iterator

from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute.types import VIRTUAL_MACHINE
from aib_airflow.emulator.identifiers import ResourceId, parse_id
from aib_airflow.emulator.store import Json, Resource


def disks_of(machine: Resource) -> Iterator[Json]:
    """Yield the OS disk and the data disks of a machine, as its storage profile shows them."""
    profile = machine.properties.get("storageProfile") or {}
    if "osDisk" in profile:
        yield profile["osDisk"]
    yield from profile.get("dataDisks") or []


def owner_of(cloud: Cloud, disk: ResourceId) -> Resource | None:
    """Return the machine that has this disk, or None."""
    for machine in cloud.store.of_type(VIRTUAL_MACHINE, ResourceId(disk.subscription)):
        for item in disks_of(machine):
            if parse_id(item["managedDisk"]["id"]) == disk:
                return machine
    return None
