"""Resource groups. Rule: deleting one deletes all that is in it, users before what they use."""

from __future__ import annotations

from aib_airflow.emulator import errors, lro
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute import removal
from aib_airflow.emulator.identifiers import GROUP_TYPE, SUBSCRIPTION_TYPE, ResourceId
from aib_airflow.emulator.operations import Operation, Work
from aib_airflow.emulator.regions import region_name
from aib_airflow.emulator.resources import tag_filters
from aib_airflow.emulator.routing import Call, Reply, Routes
from aib_airflow.emulator.store import Resource

DELETE_WORK = "resourceGroups.delete"
DELETION_ORDER = (
    "microsoft.compute/virtualmachines",
    "microsoft.network/networkinterfaces",
    "microsoft.network/publicipaddresses",
    "microsoft.network/networksecuritygroups",
    "microsoft.network/virtualnetworks",
    "microsoft.network/natgateways",
)


def put(cloud: Cloud, call: Call) -> Reply:
    """Create or update: synchronous, as in Azure."""
    existing = cloud.store.find(call.id)
    if existing and existing.state == "Deleting":
        message = f"The resource group '{existing.id.group}' is in deprovisioning state."
        raise errors.conflict(message, "ResourceGroupBeingDeleted")
    location = region_name(str(call.body.get("location") or ""))
    if existing and existing.location != location:
        message = f"Invalid resource group location '{location}'. It already exists in '{existing.location}'."
        raise errors.conflict(message, "InvalidResourceGroupLocation")
    identity = existing.id if existing else call.id
    body = {"tags": {}, **call.body, "id": str(identity), "name": identity.group, "type": GROUP_TYPE}
    body |= {"location": location, "properties": {"provisioningState": "Succeeded"}}
    cloud.store.save(Resource(identity, body))
    return Reply(200 if existing else 201, body)


def get(cloud: Cloud, call: Call) -> Reply:
    """GET one group."""
    return Reply(200, cloud.store.get(call.id).body)


def head(cloud: Cloud, call: Call) -> Reply:
    """Tell by status alone whether the group exists."""
    return Reply(204 if cloud.store.find(call.id) else 404)


def patch(cloud: Cloud, call: Call) -> Reply:
    """Replace the tags."""
    with cloud.store.edit(call.id) as group:
        if "tags" in call.body:
            group.body["tags"] = call.body["tags"] or {}
    return Reply(200, group.body)


def list_groups(cloud: Cloud, call: Call) -> Reply:
    """GET all groups, or those with a tag."""
    wanted = tag_filters.parse(call.query.get("$filter", ""))
    groups = [group.body for group in cloud.store.groups(call.id.subscription) if wanted(group.body)]
    return Reply(200, {"value": groups})


def delete(cloud: Cloud, call: Call) -> Reply:
    """Begin to delete the group with all that is in it; a second DELETE joins the first."""
    group = cloud.store.get(call.id)
    operation = cloud.operations.running_on(group)
    if operation is None:
        _require_no_outside_users(cloud, group.id)
        latency_s = cloud.settings.latencies.delete_s
        operation = cloud.operations.start(cloud, group, DELETE_WORK, state="Deleting", latency_s=latency_s)
    return lro.located(cloud, call, operation)


def delete_all(cloud: Cloud, operation: Operation) -> None:
    """Work: delete every resource, then the group."""
    identity = operation.target
    for resource in sorted(cloud.store.inside(identity), key=_deletion_rank):
        with cloud.operations.exclusive(resource.id):
            removal.remove(cloud, resource)
    cloud.store.remove(identity)


def _deletion_rank(resource: Resource) -> tuple[int, int]:
    """Users first (machines, then interfaces ...), and the nested before what they are nested in."""
    kind = resource.id.type.lower()
    rank = DELETION_ORDER.index(kind) if kind in DELETION_ORDER else len(DELETION_ORDER)
    return rank, -len(resource.id.types)


def _require_no_outside_users(cloud: Cloud, group: ResourceId) -> None:
    """Raise ArmError (409) when a machine of another group uses something in this one."""
    machines = cloud.store.of_type("Microsoft.Compute/virtualMachines", ResourceId(group.subscription))
    prefix = f"{group}/".lower()
    for machine in machines:
        if machine.id.group_id != group and prefix in str(machine.body).lower():
            message = f"Deletion of resource group '{group.group}' failed as resources in it are in use: {machine.id}."
            raise errors.conflict(message, "ResourceGroupDeletionBlocked")


ROUTES: Routes = {
    ("PUT", GROUP_TYPE, ""): put,
    ("GET", GROUP_TYPE, ""): get,
    ("HEAD", GROUP_TYPE, ""): head,
    ("PATCH", GROUP_TYPE, ""): patch,
    ("DELETE", GROUP_TYPE, ""): delete,
    ("GET", SUBSCRIPTION_TYPE, "resourcegroups"): list_groups,
}
WORKS: dict[str, Work] = {DELETE_WORK: delete_all}
