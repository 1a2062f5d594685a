"""Virtual networks; their subnets are kept inside them, as the service shows them."""

from __future__ import annotations

import ipaddress

from aib_airflow.emulator import errors, tracked
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.identifiers import ResourceId, parse_id
from aib_airflow.emulator.network import references, writes
from aib_airflow.emulator.network.types import SUBNET, VIRTUAL_NETWORK
from aib_airflow.emulator.routing import LIST, Call, Reply, Routes
from aib_airflow.emulator.store import Json, Resource


def put(cloud: Cloud, call: Call) -> Reply:
    """Create or update a network; a subnet that is left out is deleted, unless it is used."""
    existing = cloud.store.find(call.id)
    resource = tracked.requested(cloud, call, existing)
    prefixes = (resource.properties.get("addressSpace") or {}).get("addressPrefixes")
    if not prefixes:
        raise errors.missing_parameter("addressSpace.addressPrefixes")
    subnets = [shaped(resource, subnet) for subnet in resource.properties.get("subnets") or []]
    _require_unused(cloud, _dropped(existing, subnets))
    resource.properties["subnets"] = subnets
    resource.properties.setdefault("enableDdosProtection", False)
    return writes.save(cloud, call, resource, is_new=existing is None)


def get(cloud: Cloud, call: Call) -> Reply:
    """GET one network."""
    return Reply(200, _shown(cloud, cloud.store.get(call.id)))


def list_all(cloud: Cloud, call: Call) -> Reply:
    """GET all networks in scope."""
    return Reply(
        200, {"value": [_shown(cloud, item) for item in cloud.store.of_type(VIRTUAL_NETWORK, call.id)]}
    )


def delete(cloud: Cloud, call: Call) -> Reply:
    """Delete a network in which no interface is."""
    resource = cloud.store.find(call.id)
    if resource is None:
        return Reply(204)
    _require_unused(cloud, resource.properties.get("subnets", []))
    return writes.delete(cloud, call, resource)


def shaped(network: Resource, subnet: Json) -> Json:
    """Return a subnet as it is kept. Raises ArmError (400) for a prefix outside of the network's."""
    properties = subnet.get("properties") or {}
    prefix = properties.get("addressPrefix") or next(iter(properties.get("addressPrefixes") or []), None)
    if not prefix:
        raise errors.missing_parameter("subnets.properties.addressPrefix")
    spaces = network.properties["addressSpace"]["addressPrefixes"]
    if not any(_is_inside(prefix, space) for space in spaces):
        message = f"Subnet '{subnet.get('name')}' is not valid: {prefix} is not in {', '.join(spaces)}."
        raise errors.ArmError(400, "NetcfgInvalidSubnet", message)
    body = {**subnet, "id": f"{network.id}/subnets/{subnet['name']}", "type": SUBNET}
    return {**body, "properties": {**properties, "addressPrefix": prefix, "provisioningState": "Succeeded"}}


def find_subnet(cloud: Cloud, identity: ResourceId) -> Json | None:
    """Return a subnet by its id, or None."""
    network = cloud.store.find(identity.parent)
    for subnet in network.properties["subnets"] if network else []:
        if parse_id(subnet["id"]) == identity:
            return dict(subnet)
    return None


def with_users(cloud: Cloud, subnet: Json) -> Json:
    """Return a subnet with the interfaces in it."""
    users = references.ip_configurations(cloud, parse_id(subnet["id"]), "subnet")
    properties = {**subnet["properties"]}
    if users:
        properties["ipConfigurations"] = references.ids(users)
    return {**subnet, "properties": properties}


def _shown(cloud: Cloud, resource: Resource) -> Json:
    subnets = [with_users(cloud, subnet) for subnet in resource.properties["subnets"]]
    return {**resource.body, "properties": {**resource.properties, "subnets": subnets}}


def _dropped(existing: Resource | None, subnets: list[Json]) -> list[Json]:
    kept = {subnet["id"].lower() for subnet in subnets}
    before = existing.properties["subnets"] if existing else []
    return [subnet for subnet in before if subnet["id"].lower() not in kept]


def _require_unused(cloud: Cloud, subnets: list[Json]) -> None:
    for subnet in subnets:
        identity = parse_id(subnet["id"])
        if users := references.ip_configurations(cloud, identity, "subnet"):
            raise errors.in_use("InUseSubnetCannotBeDeleted", identity, users[0]["id"])


def _is_inside(prefix: str, space: str) -> bool:
    try:
        inner, outer = ipaddress.ip_network(prefix), ipaddress.ip_network(space)
    except ValueError as error:
        raise errors.ArmError(400, "InvalidAddressPrefixFormat", f"{error}.") from None
    if inner.version != outer.version:
        return False
    return inner.network_address in outer and inner.broadcast_address in outer


ROUTES: Routes = {
    ("PUT", VIRTUAL_NETWORK, ""): put,
    ("GET", VIRTUAL_NETWORK, ""): get,
    ("GET", VIRTUAL_NETWORK, LIST): list_all,
    ("PATCH", VIRTUAL_NETWORK, ""): tracked.patch_tags,
    ("DELETE", VIRTUAL_NETWORK, ""): delete,
}
