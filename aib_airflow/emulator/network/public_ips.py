"""Public IP addresses: each is a loopback address of its own."""

from __future__ import annotations

from aib_airflow.emulator import errors, tracked
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.network import addresses, references, writes
from aib_airflow.emulator.network.types import PUBLIC_IP
from aib_airflow.emulator.routing import LIST, Call, Reply, Routes
from aib_airflow.emulator.store import Json, Resource

DEFAULTS = {
    "publicIPAllocationMethod": "Dynamic",
    "publicIPAddressVersion": "IPv4",
    "idleTimeoutInMinutes": 4,
}


def put(cloud: Cloud, call: Call) -> Reply:
    """Create or update; a static address is allocated at once, a dynamic one with its machine."""
    existing = cloud.store.find(call.id)
    resource = tracked.requested(cloud, call, existing)
    resource.body["properties"] = {**DEFAULTS, **resource.properties}
    resource.body.setdefault("sku", {"name": "Basic", "tier": "Regional"})
    _check(resource)
    if existing and "ipAddress" in existing.properties:
        resource.properties["ipAddress"] = existing.properties["ipAddress"]
    elif resource.properties["publicIPAllocationMethod"] == "Static":
        resource.properties["ipAddress"] = addresses.allocate(cloud)
    return writes.save(cloud, call, resource, is_new=existing is None)


def get(cloud: Cloud, call: Call) -> Reply:
    """GET one address."""
    return Reply(200, shown(cloud, cloud.store.get(call.id)))


def list_all(cloud: Cloud, call: Call) -> Reply:
    """GET all addresses in scope."""
    return Reply(200, {"value": [shown(cloud, item) for item in cloud.store.of_type(PUBLIC_IP, call.id)]})


def delete(cloud: Cloud, call: Call) -> Reply:
    """Delete an address that no interface uses."""
    resource = cloud.store.find(call.id)
    if resource is None:
        return Reply(204)
    if users := references.ip_configurations(cloud, resource.id, "publicIPAddress"):
        raise errors.in_use("PublicIPAddressCannotBeDeleted", resource.id, users[0]["id"])
    return writes.delete(cloud, call, resource)


def shown(cloud: Cloud, resource: Resource) -> Json:
    """Return the body with the back-reference to the interface that uses it."""
    users = references.ip_configurations(cloud, resource.id, "publicIPAddress")
    properties = {**resource.properties}
    if users:
        properties["ipConfiguration"] = {"id": users[0]["id"]}
    return {**resource.body, "properties": properties}


def ensure_address(cloud: Cloud, resource: Resource) -> str:
    """Return the address, allocating a dynamic one now that a machine needs it."""
    with cloud.store.edit(resource.id) as found:
        if "ipAddress" not in found.properties:
            found.properties["ipAddress"] = addresses.allocate(cloud)
    return str(found.properties["ipAddress"])


def _check(resource: Resource) -> None:
    method = resource.properties["publicIPAllocationMethod"]
    if method not in {"Static", "Dynamic"}:
        raise errors.invalid_parameter("publicIPAllocationMethod", f"'{method}' is not Static or Dynamic.")
    if resource.body["sku"].get("name") == "Standard" and method == "Dynamic":
        message = f"Standard sku publicIp {resource.id} must have AllocationMethod set to Static."
        raise errors.ArmError(400, "PublicIPAndLBSkuDoNotMatch", message)
    if resource.properties["publicIPAddressVersion"] != "IPv4":
        raise errors.not_supported("PUT", str(resource.id), PUBLIC_IP, "only IPv4 addresses")


ROUTES: Routes = {
    ("PUT", PUBLIC_IP, ""): put,
    ("GET", PUBLIC_IP, ""): get,
    ("GET", PUBLIC_IP, LIST): list_all,
    ("PATCH", PUBLIC_IP, ""): tracked.patch_tags,
    ("DELETE", PUBLIC_IP, ""): delete,
}
