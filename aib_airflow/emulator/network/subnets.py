"""Subnets, one at a time: each write is a write of the network they are in."""

from __future__ import annotations

from aib_airflow.emulator import errors
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.network import references, virtual_networks, writes
from aib_airflow.emulator.network.types import SUBNET
from aib_airflow.emulator.routing import LIST, Call, Reply, Routes


def put(cloud: Cloud, call: Call) -> Reply:
    """Create or update one subnet."""
    network = cloud.store.get(call.id.parent)
    cloud.operations.require_idle(network)
    subnet = virtual_networks.shaped(network, {**call.body, "name": call.id.name})
    before = network.properties["subnets"]
    others = [item for item in before if item["id"].lower() != subnet["id"].lower()]
    network.properties["subnets"] = [*others, subnet]
    reply = writes.save(cloud, call, network, is_new=len(others) == len(before))
    return Reply(reply.status, subnet, reply.headers)


def get(cloud: Cloud, call: Call) -> Reply:
    """GET one subnet."""
    subnet = virtual_networks.find_subnet(cloud, call.id)
    if subnet is None:
        raise errors.not_found(call.id)
    return Reply(200, virtual_networks.with_users(cloud, subnet))


def list_all(cloud: Cloud, call: Call) -> Reply:
    """GET all subnets of a network."""
    network = cloud.store.get(call.id)
    subnets = network.properties["subnets"]
    return Reply(200, {"value": [virtual_networks.with_users(cloud, subnet) for subnet in subnets]})


def delete(cloud: Cloud, call: Call) -> Reply:
    """Delete a subnet in which no interface is."""
    if virtual_networks.find_subnet(cloud, call.id) is None:
        return Reply(204)
    if users := references.ip_configurations(cloud, call.id, "subnet"):
        raise errors.in_use("InUseSubnetCannotBeDeleted", call.id, users[0]["id"])
    network = cloud.store.get(call.id.parent)
    cloud.operations.require_idle(network)
    gone = str(call.id).lower()
    network.properties["subnets"] = [
        item for item in network.properties["subnets"] if item["id"].lower() != gone
    ]
    reply = writes.save(cloud, call, network, is_new=False)
    return Reply(202, None, reply.headers)


ROUTES: Routes = {
    ("PUT", SUBNET, ""): put,
    ("GET", SUBNET, ""): get,
    ("GET", SUBNET, LIST): list_all,
    ("DELETE", SUBNET, ""): delete,
}
