"""Who uses what: back-references, worked out from the users whenever someone looks."""

from __future__ import annotations

from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.identifiers import ResourceId
from aib_airflow.emulator.network import types
from aib_airflow.emulator.store import Json, Resource


def names(value: Json | None, wanted: ResourceId) -> bool:
    """Tell whether a `{"id": ...}` object points at `wanted`."""
    return str((value or {}).get("id", "")).lower() == str(wanted).lower()


def interfaces(cloud: Cloud, subscription: str) -> list[Resource]:
    """Return all network interfaces."""
    return cloud.store.of_type(types.INTERFACE, ResourceId(subscription))


def ip_configurations(cloud: Cloud, wanted: ResourceId, key: str) -> list[Json]:
    """Return the interfaces' IP configurations whose `key` (subnet, publicIPAddress) is `wanted`."""
    return [
        configuration
        for interface in interfaces(cloud, wanted.subscription)
        for configuration in interface.properties.get("ipConfigurations", [])
        if names(configuration["properties"].get(key), wanted)
    ]


def interfaces_with_group(cloud: Cloud, group: ResourceId) -> list[Resource]:
    """Return the interfaces that a network security group is on."""
    return [
        interface
        for interface in interfaces(cloud, group.subscription)
        if names(interface.properties.get("networkSecurityGroup"), group)
    ]


def subnets_with(cloud: Cloud, wanted: ResourceId, key: str) -> list[Json]:
    """Return the subnets whose `key` (networkSecurityGroup, natGateway) is `wanted`."""
    return [
        subnet
        for network in cloud.store.of_type(types.VIRTUAL_NETWORK, ResourceId(wanted.subscription))
        for subnet in network.properties.get("subnets", [])
        if names(subnet["properties"].get(key), wanted)
    ]


def machine_on(cloud: Cloud, interface: ResourceId) -> Resource | None:
    """Return the virtual machine that has this interface, or None."""
    for machine in cloud.store.of_type(
        "Microsoft.Compute/virtualMachines", ResourceId(interface.subscription)
    ):
        profile = machine.properties.get("networkProfile") or {}
        if any(names(item, interface) for item in profile.get("networkInterfaces", [])):
            return machine
    return None


def ids(items: list[Json]) -> list[Json]:
    """Return `{"id": ...}` for each item."""
    return [{"id": item["id"]} for item in items]
