"""Resource ids: plain where all their words are known, `resourceId(...)` where parameters are among them."""

from __future__ import annotations

from aib_airflow.importers.packer.arm_literals import read_literal, write_literal


def resource_id(subscription: str, group: str, kind: str, *names: str) -> str:
    """Write the id of a resource. All but `kind` are ARM expressions."""
    subscription = _never_null(subscription)
    known = [read_literal(word) for word in (subscription, group, *names)]
    if None in known:
        return f"[resourceId({', '.join((subscription, group, write_literal(kind), *names))})]"
    namespace, *types = kind.split("/")
    pairs = "".join(f"/{each}/{name}" for each, name in zip(types, known[2:], strict=True))
    return f"/subscriptions/{known[0]}/resourceGroups/{known[1]}/providers/{namespace}{pairs}"


def group_id(subscription: str, group: str) -> str:
    """Write the id of a resource group."""
    known = (read_literal(subscription), read_literal(group))
    if None not in known:
        return f"/subscriptions/{known[0]}/resourceGroups/{known[1]}"
    where = _never_null(subscription)
    return f"[format('/subscriptions/{{0}}/resourceGroups/{{1}}', {where}, {group})]"


def _never_null(subscription: str) -> str:
    """Packer takes null for the builder's own subscription; resourceId() does not."""
    if "null()" in subscription:
        return f"coalesce({subscription}, subscription().subscriptionId)"
    return subscription
