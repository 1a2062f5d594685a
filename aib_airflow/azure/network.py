"""The network of one build machine: an NSG that admits SSH, a virtual network, an address, an interface."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aib_airflow.azure import operation
from aib_airflow.azure.client import NETWORK, Arm
from aib_airflow.azure.errors import translated
from aib_airflow.azure.operation import Operation

ADDRESS_SPACE = "10.0.0.0/16"
SUBNET = "10.0.0.0/24"


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """What the network of one build is called, where it lies and whose it is."""

    group: str
    location: str
    tags: Mapping[str, str]
    nsg: str
    vnet: str
    subnet: str
    public_ip: str
    nic: str


def create_nsg(arm: Arm, spec: NetworkSpec, *, port: int, source: str) -> Operation | None:
    """Admit `source` (an address prefix, or a service tag) to one TCP port, and nobody else from outside."""
    rule = {
        "name": "allow-builder",
        "properties": {
            "priority": 100,
            "direction": "Inbound",
            "access": "Allow",
            "protocol": "Tcp",
            "sourceAddressPrefix": source,
            "sourcePortRange": "*",
            "destinationAddressPrefix": "*",
            "destinationPortRange": str(port),
        },
    }
    groups = arm.network.network_security_groups
    return _create(groups.begin_create_or_update, spec, spec.nsg, {"securityRules": [rule]})


def create_public_ip(arm: Arm, spec: NetworkSpec) -> Operation | None:
    """Make a static Standard address: the way in, and the explicit way out.

    New virtual networks have no default outbound access since March 2026.
    """
    properties = {"publicIPAllocationMethod": "Static", "publicIPAddressVersion": "IPv4"}
    addresses = arm.network.public_ip_addresses
    return _create(
        addresses.begin_create_or_update, spec, spec.public_ip, properties, sku={"name": "Standard"}
    )


def create_vnet(arm: Arm, spec: NetworkSpec) -> Operation | None:
    """Make a virtual network with one subnet."""
    properties = {
        "addressSpace": {"addressPrefixes": [ADDRESS_SPACE]},
        "subnets": [{"name": spec.subnet, "properties": {"addressPrefix": SUBNET}}],
    }
    return _create(arm.network.virtual_networks.begin_create_or_update, spec, spec.vnet, properties)


def create_nic(arm: Arm, spec: NetworkSpec) -> Operation | None:
    """Make the interface that joins subnet, address and NSG, all three of which must exist."""
    base = (
        f"/subscriptions/{arm.account.subscription_id}/resourceGroups/{spec.group}"
        "/providers/Microsoft.Network"
    )
    address = {
        "name": "ipconfig1",
        "properties": {
            "subnet": {"id": f"{base}/virtualNetworks/{spec.vnet}/subnets/{spec.subnet}"},
            "publicIPAddress": {"id": f"{base}/publicIPAddresses/{spec.public_ip}"},
            "privateIPAllocationMethod": "Dynamic",
        },
    }
    properties = {
        "ipConfigurations": [address],
        "networkSecurityGroup": {"id": f"{base}/networkSecurityGroups/{spec.nsg}"},
    }
    return _create(arm.network.network_interfaces.begin_create_or_update, spec, spec.nic, properties)


@translated
def public_address(arm: Arm, spec: NetworkSpec) -> str:
    """Return the address in dotted form."""
    address = arm.network.public_ip_addresses.get(spec.group, spec.public_ip, api_version=NETWORK)
    return str(address.ip_address)


def delete_interface(arm: Arm, spec: NetworkSpec) -> Operation | None:
    """Start deleting the interface."""
    return _delete(arm.network.network_interfaces.begin_delete, spec, spec.nic)


def delete_rest(arm: Arm, spec: NetworkSpec) -> list[Operation | None]:
    """Start deleting all that an interface used; it must be gone."""
    return [
        _delete(arm.network.public_ip_addresses.begin_delete, spec, spec.public_ip),
        _delete(arm.network.network_security_groups.begin_delete, spec, spec.nsg),
        _delete(arm.network.virtual_networks.begin_delete, spec, spec.vnet),
    ]


def _create(
    begin: Callable[..., Any], spec: NetworkSpec, name: str, properties: Mapping[str, Any], **more: Any
) -> Operation | None:
    body = {"location": spec.location, "tags": dict(spec.tags), "properties": dict(properties), **more}
    return operation.start(f"create {name}", begin, spec.group, name, body, api_version=NETWORK)


def _delete(begin: Callable[..., Any], spec: NetworkSpec, name: str) -> Operation | None:
    return operation.start(f"delete {name}", begin, spec.group, name, api_version=NETWORK)
