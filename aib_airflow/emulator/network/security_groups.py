"""Network security groups with their rules, Azure's six default ones included."""

from __future__ import annotations

from aib_airflow.emulator import errors, tracked
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.identifiers import ResourceId
from aib_airflow.emulator.network import references, writes
from aib_airflow.emulator.network.types import SECURITY_GROUP, SECURITY_RULE
from aib_airflow.emulator.routing import LIST, Call, Reply, Routes
from aib_airflow.emulator.store import Json, Resource

# name, direction, access, priority, source, destination
DEFAULT_RULES = (
    ("AllowVnetInBound", "Inbound", "Allow", 65000, "VirtualNetwork", "VirtualNetwork"),
    ("AllowAzureLoadBalancerInBound", "Inbound", "Allow", 65001, "AzureLoadBalancer", "*"),
    ("DenyAllInBound", "Inbound", "Deny", 65500, "*", "*"),
    ("AllowVnetOutBound", "Outbound", "Allow", 65000, "VirtualNetwork", "VirtualNetwork"),
    ("AllowInternetOutBound", "Outbound", "Allow", 65001, "*", "Internet"),
    ("DenyAllOutBound", "Outbound", "Deny", 65500, "*", "*"),
)
REQUIRED = ("access", "direction", "priority", "protocol")


def put(cloud: Cloud, call: Call) -> Reply:
    """Create or update a group with all its rules."""
    existing = cloud.store.find(call.id)
    resource = tracked.requested(cloud, call, existing)
    rules = [_rule(resource.id, rule) for rule in resource.properties.get("securityRules") or []]
    _require_distinct_priorities(rules)
    resource.properties["securityRules"] = rules
    resource.properties["defaultSecurityRules"] = _default_rules(resource.id)
    return writes.save(cloud, call, resource, is_new=existing is None)


def get(cloud: Cloud, call: Call) -> Reply:
    """GET one group."""
    return Reply(200, shown(cloud, cloud.store.get(call.id)))


def list_all(cloud: Cloud, call: Call) -> Reply:
    """GET all groups in scope."""
    return Reply(
        200, {"value": [shown(cloud, item) for item in cloud.store.of_type(SECURITY_GROUP, call.id)]}
    )


def delete(cloud: Cloud, call: Call) -> Reply:
    """Delete a group that nothing uses."""
    resource = cloud.store.find(call.id)
    if resource is None:
        return Reply(204)
    body = shown(cloud, resource)["properties"]
    if users := [*body.get("networkInterfaces", []), *body.get("subnets", [])]:
        raise errors.in_use("InUseNetworkSecurityGroupCannotBeDeleted", resource.id, users[0]["id"])
    return writes.delete(cloud, call, resource)


def shown(cloud: Cloud, resource: Resource) -> Json:
    """Return the body with its back-references."""
    properties = {**resource.properties}
    interfaces = references.interfaces_with_group(cloud, resource.id)
    if interfaces:
        properties["networkInterfaces"] = references.ids([interface.body for interface in interfaces])
    if subnets := references.subnets_with(cloud, resource.id, "networkSecurityGroup"):
        properties["subnets"] = references.ids(subnets)
    return {**resource.body, "properties": properties}


def get_rule(cloud: Cloud, call: Call) -> Reply:
    """GET one rule."""
    group = cloud.store.get(call.id.parent)
    for rule in group.properties["securityRules"]:
        if rule["name"].lower() == call.id.name.lower():
            return Reply(200, rule)
    raise errors.not_found(call.id)


def put_rule(cloud: Cloud, call: Call) -> Reply:
    """Create or update one rule."""
    group = cloud.store.get(call.id.parent)
    cloud.operations.require_idle(group)
    rule = _rule(group.id, {**call.body, "name": call.id.name})
    others = [
        item for item in group.properties["securityRules"] if item["name"].lower() != rule["name"].lower()
    ]
    is_new = len(others) == len(group.properties["securityRules"])
    _require_distinct_priorities([*others, rule])
    group.properties["securityRules"] = [*others, rule]
    reply = writes.save(cloud, call, group, is_new=is_new)
    return Reply(reply.status, rule, reply.headers)


def _rule(group: ResourceId, rule: Json) -> Json:
    properties = rule.get("properties") or {}
    for key in REQUIRED:
        if key not in properties:
            raise errors.missing_parameter(f"securityRules.properties.{key}")
    if not 100 <= properties["priority"] <= 4096:
        message = f"Security rule {rule.get('name')} has invalid Priority. It must be between 100 and 4096."
        raise errors.ArmError(400, "SecurityRuleInvalidPriority", message)
    name = rule.get("name") or ""
    body = {**rule, "id": f"{group}/securityRules/{name}", "name": name, "type": SECURITY_RULE}
    return {**body, "properties": {**properties, "provisioningState": "Succeeded"}}


def _require_distinct_priorities(rules: list[Json]) -> None:
    seen: set[tuple[str, int]] = set()
    for rule in rules:
        key = (rule["properties"]["direction"].lower(), rule["properties"]["priority"])
        if key in seen:
            message = (
                f"Security rule {rule['name']} conflicts with another rule: same Priority and Direction."
            )
            raise errors.ArmError(400, "SecurityRuleConflict", message)
        seen.add(key)


def _default_rules(group: ResourceId) -> list[Json]:
    return [
        {
            "id": f"{group}/defaultSecurityRules/{name}",
            "name": name,
            "type": "Microsoft.Network/networkSecurityGroups/defaultSecurityRules",
            "properties": {
                "provisioningState": "Succeeded",
                "direction": direction,
                "access": access,
                "priority": priority,
                "protocol": "*",
                "sourcePortRange": "*",
                "destinationPortRange": "*",
                "sourceAddressPrefix": source,
                "destinationAddressPrefix": destination,
            },
        }
        for name, direction, access, priority, source, destination in DEFAULT_RULES
    ]


ROUTES: Routes = {
    ("PUT", SECURITY_GROUP, ""): put,
    ("GET", SECURITY_GROUP, ""): get,
    ("GET", SECURITY_GROUP, LIST): list_all,
    ("PATCH", SECURITY_GROUP, ""): tracked.patch_tags,
    ("DELETE", SECURITY_GROUP, ""): delete,
    ("GET", SECURITY_RULE, ""): get_rule,
    ("PUT", SECURITY_RULE, ""): put_rule,
}
