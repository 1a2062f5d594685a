"""All services: their tables of routes and of works. A new service is added here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping

from aib_airflow.emulator import lro
from aib_airflow.emulator.compute import (
    capacity,
    disks,
    galleries,
    gallery_versions,
    grants,
    images,
    machine_views,
    marketplace,
    power,
    snapshots,
    virtual_machines,
)
from aib_airflow.emulator.image_builder import templates
from aib_airflow.emulator.network import (
    interfaces,
    nat_gateways,
    public_ips,
    security_groups,
    subnets,
    virtual_networks,
    writes,
)
from aib_airflow.emulator.operations import Work
from aib_airflow.emulator.resources import groups, inventory, providers, subscriptions
from aib_airflow.emulator.routing import Routes

ROUTES: tuple[Routes, ...] = (
    lro.ROUTES,
    subscriptions.ROUTES,
    groups.ROUTES,
    inventory.ROUTES,
    providers.ROUTES,
    public_ips.ROUTES,
    security_groups.ROUTES,
    virtual_networks.ROUTES,
    subnets.ROUTES,
    interfaces.ROUTES,
    nat_gateways.ROUTES,
    virtual_machines.ROUTES,
    machine_views.ROUTES,
    power.ROUTES,
    disks.ROUTES,
    snapshots.ROUTES,
    grants.ROUTES,
    images.ROUTES,
    galleries.ROUTES,
    gallery_versions.ROUTES,
    marketplace.ROUTES,
    capacity.ROUTES,
    templates.ROUTES,
)
WORKS: Mapping[str, Work] = {
    **groups.WORKS,
    **writes.WORKS,
    **virtual_machines.WORKS,
    **power.WORKS,
    **disks.WORKS,
    **snapshots.WORKS,
    **grants.WORKS,
    **images.WORKS,
    **galleries.WORKS,
    **gallery_versions.WORKS,
    **templates.WORKS,
}
