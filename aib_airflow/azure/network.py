"""The network of one build machine: an NSG that admits SSH, a virtual network, an address, an interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aib_airflow.azure import operation
from aib_airflow.azure.client import NETWORK, Arm
from aib_airflow.azure.errors import translated
from aib_airflow.azure.operation import Operation

ADDRESS_SPACE = "10.0.0.0/16"
SUBNET = "10.0.0.0/24"


@dataclass(frozen=True, slots=True)
class NetworkNames:
    """What the network of one build is called."""

    group: str
    nsg: str
    vnet: str
    subnet: str
    public_ip: str
    nic: str


def create_nsg(
    arm: Arm, names: NetworkNames, location: str, tags: Mapping[str, str], *, port: int, source: str
) -> Operation | None:
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
    body = {"location": location, "tags": dict(tags), "properties": {"securityRules": [rule]}}
    return operation.start(
        f"create network security group {names.nsg}",
        arm.network.network_security_groups.begin_create_or_update,
        names.group,
        names.nsg,
        body,
        api_version=NETWORK,
    )


def create_public_ip(
    arm: Arm, names: NetworkNames, location: str, tags: Mapping[str, str]
) -> Operation | None:
    """Make a static Standard address: the way in, and the explicit way out.

    New virtual networks have no default outbound access since March 2026.
    """
    body = {
        "location": location,
        "tags": dict(tags),
        "sku": {"name": "Standard"},
        "properties": {"publicIPAllocationMethod": "Static", "publicIPAddressVersion": "IPv4"},
    }
    return operation.start(
        f"create public IP address {names.public_ip}",
        arm.network.public_ip_addresses.begin_create_or_update,
        names.group,
        names.public_ip,
        body,
        api_version=NETWORK,
    )


def create_vnet(arm: Arm, names: NetworkNames, location: str, tags: Mapping[str, str]) -> Operation | None:
    """Make a virtual network with one subnet."""
    body = {
        "location": location,
        "tags": dict(tags),
        "properties": {
            "addressSpace": {"addressPrefixes": [ADDRESS_SPACE]},
            "subnets": [{"name": names.subnet, "properties": {"addressPrefix": SUBNET}}],
        },
    }
    return operation.start(
        f"create virtual network {names.vnet}",
        arm.network.virtual_networks.begin_create_or_update,
        names.group,
        names.vnet,
        body,
        api_version=NETWORK,
    )


def create_nic(arm: Arm, names: NetworkNames, location: str, tags: Mapping[str, str]) -> Operation | None:
    """Make the interface that joins subnet, address and NSG, all three of which must exist."""
    base = (
        f"/subscriptions/{arm.account.subscription_id}/resourceGroups/{names.group}"
        "/providers/Microsoft.Network"
    )
    address = {
        "name": "ipconfig1",
        "properties": {
            "subnet": {"id": f"{base}/virtualNetworks/{names.vnet}/subnets/{names.subnet}"},
            "publicIPAddress": {"id": f"{base}/publicIPAddresses/{names.public_ip}"},
            "privateIPAllocationMethod": "Dynamic",
        },
    }
    body = {
        "location": location,
        "tags": dict(tags),
        "properties": {
            "ipConfigurations": [address],
            "networkSecurityGroup": {"id": f"{base}/networkSecurityGroups/{names.nsg}"},
        },
    }
    return operation.start(
        f"create network interface {names.nic}",
        arm.network.network_interfaces.begin_create_or_update,
        names.group,
        names.nic,
        body,
        api_version=NETWORK,
    )


@translated
def public_address(arm: Arm, names: NetworkNames) -> str:
    """Return the address in dotted form."""
    address = arm.network.public_ip_addresses.get(names.group, names.public_ip, api_version=NETWORK)
    return str(address.ip_address)


def delete_interface(arm: Arm, names: NetworkNames) -> Operation | None:
    """Start deleting the interface."""
    return operation.start(
        f"delete network interface {names.nic}",
        arm.network.network_interfaces.begin_delete,
        names.group,
        names.nic,
        api_version=NETWORK,
    )


def delete_rest(arm: Arm, names: NetworkNames) -> list[Operation | None]:
    """Start deleting all that an interface used; it must be gone."""
    network = arm.network
    return [
        operation.start(f"delete {name}", begin, names.group, name, api_version=NETWORK)
        for begin, name in (
            (network.public_ip_addresses.begin_delete, names.public_ip),
            (network.network_security_groups.begin_delete, names.nsg),
            (network.virtual_networks.begin_delete, names.vnet),
        )
    ]
