"""NAT gateways: an explicit way out, kept as a resource; the machines' way out is the host's anyway."""

from __future__ import annotations

from aib_airflow.emulator import errors, tracked
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.network import references, writes
from aib_airflow.emulator.network.types import NAT_GATEWAY
from aib_airflow.emulator.routing import LIST, Call, Reply, Routes


def put(cloud: Cloud, call: Call) -> Reply:
    """Create or update."""
    existing = cloud.store.find(call.id)
    resource = tracked.requested(cloud, call, existing)
    for address in resource.properties.get("publicIpAddresses") or []:
        cloud.store.get(tracked.reference(address, "publicIpAddresses"))
    return writes.save(cloud, call, resource, is_new=existing is None)


def get(cloud: Cloud, call: Call) -> Reply:
    """GET one gateway with the subnets that use it."""
    resource = cloud.store.get(call.id)
    subnets = references.ids(references.subnets_with(cloud, resource.id, "natGateway"))
    return Reply(200, {**resource.body, "properties": {**resource.properties, "subnets": subnets}})


def delete(cloud: Cloud, call: Call) -> Reply:
    """Delete a gateway that no subnet uses."""
    resource = cloud.store.find(call.id)
    if resource is None:
        return Reply(204)
    if users := references.subnets_with(cloud, resource.id, "natGateway"):
        raise errors.in_use("InUseNatGatewayCannotBeDeleted", resource.id, users[0]["id"])
    return writes.delete(cloud, call, resource)


ROUTES: Routes = {
    ("PUT", NAT_GATEWAY, ""): put,
    ("GET", NAT_GATEWAY, ""): get,
    ("GET", NAT_GATEWAY, LIST): tracked.list_all,
    ("PATCH", NAT_GATEWAY, ""): tracked.patch_tags,
    ("DELETE", NAT_GATEWAY, ""): delete,
}
