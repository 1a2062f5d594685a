"""Network interfaces: private addresses from the subnet, a public one by reference."""

from __future__ import annotations

import hashlib
import ipaddress
import uuid

from aib_airflow.emulator import errors, tracked
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.identifiers import ResourceId
from aib_airflow.emulator.network import references, virtual_networks, writes
from aib_airflow.emulator.network.types import INTERFACE
from aib_airflow.emulator.routing import LIST, Call, Reply, Routes
from aib_airflow.emulator.store import Json, Resource

FIRST_HOST = 4  # Azure keeps the first four addresses of a subnet for itself


def put(cloud: Cloud, call: Call) -> Reply:
    """Create or update; an address once given is kept."""
    existing = cloud.store.find(call.id)
    resource = tracked.requested(cloud, call, existing)
    configurations = resource.properties.get("ipConfigurations") or []
    if not configurations:
        raise errors.missing_parameter("ipConfigurations")
    shaped = [_configuration(cloud, resource, item, existing) for item in configurations]
    shaped[0]["properties"]["primary"] = True
    if "networkSecurityGroup" in resource.properties:
        _require(cloud, resource.properties["networkSecurityGroup"], "networkSecurityGroup")
    digest = hashlib.sha256(str(resource.id).lower().encode()).hexdigest().upper()
    resource.body["properties"] = {
        "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
        "enableIPForwarding": False,
        **resource.properties,
        "ipConfigurations": shaped,
        "macAddress": f"00-0D-3A-{digest[0:2]}-{digest[2:4]}-{digest[4:6]}",
        "nicType": "Standard",
    }
    return writes.save(cloud, call, resource, is_new=existing is None)


def get(cloud: Cloud, call: Call) -> Reply:
    """GET one interface."""
    return Reply(200, _shown(cloud, cloud.store.get(call.id)))


def list_all(cloud: Cloud, call: Call) -> Reply:
    """GET all interfaces in scope."""
    return Reply(200, {"value": [_shown(cloud, item) for item in cloud.store.of_type(INTERFACE, call.id)]})


def delete(cloud: Cloud, call: Call) -> Reply:
    """Delete an interface that no machine has."""
    resource = cloud.store.find(call.id)
    if resource is None:
        return Reply(204)
    if machine := references.machine_on(cloud, resource.id):
        raise errors.in_use("NicInUse", resource.id, machine.id)
    return writes.delete(cloud, call, resource)


def _shown(cloud: Cloud, resource: Resource) -> Json:
    properties = {**resource.properties}
    if machine := references.machine_on(cloud, resource.id):
        properties |= {"virtualMachine": {"id": str(machine.id)}, "primary": True}
    return {**resource.body, "properties": properties}


def _configuration(cloud: Cloud, resource: Resource, item: Json, existing: Resource | None) -> Json:
    properties = item.get("properties") or {}
    identity = tracked.reference(properties.get("subnet"), "ipConfigurations.properties.subnet")
    subnet = virtual_networks.find_subnet(cloud, identity)
    if subnet is None:
        raise _invalid_reference(identity)
    if "publicIPAddress" in properties:
        _require_free_address(cloud, properties["publicIPAddress"], resource.id)
    name = item.get("name") or "ipconfig1"
    kept = _private_address(existing, name, identity) or properties.get("privateIPAddress")
    address = kept or _next_private_address(cloud, subnet, identity)
    body = {
        **item,
        "id": f"{resource.id}/ipConfigurations/{name}",
        "name": name,
        "etag": f'W/"{uuid.uuid4()}"',
    }
    body["properties"] = {
        "privateIPAllocationMethod": "Dynamic",
        "privateIPAddressVersion": "IPv4",
        "primary": False,
        **properties,
        "privateIPAddress": address,
        "provisioningState": "Succeeded",
    }
    return body


def _private_address(existing: Resource | None, name: str, subnet: ResourceId) -> str | None:
    for item in existing.properties["ipConfigurations"] if existing else []:
        if item["name"] == name and references.names(item["properties"]["subnet"], subnet):
            return str(item["properties"]["privateIPAddress"])
    return None


def _next_private_address(cloud: Cloud, subnet: Json, identity: ResourceId) -> str:
    users = references.ip_configurations(cloud, identity, "subnet")
    taken = {user["properties"]["privateIPAddress"] for user in users}
    network = ipaddress.ip_network(subnet["properties"]["addressPrefix"])
    for number in range(FIRST_HOST, network.num_addresses - 1):
        if str(network[number]) not in taken:
            return str(network[number])
    message = (
        f"Subnet {identity} with address prefix {network} does not have enough capacity for 1 IP address."
    )
    raise errors.ArmError(400, "SubnetIsFull", message)


def _require_free_address(cloud: Cloud, value: Json, interface: ResourceId) -> None:
    identity = _require(cloud, value, "ipConfigurations.properties.publicIPAddress")
    for user in references.ip_configurations(cloud, identity, "publicIPAddress"):
        if not user["id"].lower().startswith(f"{interface}/".lower()):
            message = f"Resource {user['id']} is already using public IP address {identity}."
            raise errors.ArmError(400, "PublicIPAddressInUse", message)


def _require(cloud: Cloud, value: Json, target: str) -> ResourceId:
    identity = tracked.reference(value, target)
    if cloud.store.find(identity) is None:
        raise _invalid_reference(identity)
    return identity


def _invalid_reference(identity: ResourceId) -> errors.ArmError:
    message = f"Resource {identity} was not found. Please make sure that the referenced resource exists."
    return errors.ArmError(400, "InvalidResourceReference", message)


ROUTES: Routes = {
    ("PUT", INTERFACE, ""): put,
    ("GET", INTERFACE, ""): get,
    ("GET", INTERFACE, LIST): list_all,
    ("PATCH", INTERFACE, ""): tracked.patch_tags,
    ("DELETE", INTERFACE, ""): delete,
}
