"""Resource ids: plain where all their words are known, `resourceId(...)` where parameters are among them."""

from __future__ import annotations

from aib_airflow.importers.packer.arm_literals import read_literal


def resource_id(subscription: str | None, group: str, kind: str, *names: str) -> str:
    """Write the id of a resource. All but `kind` are ARM expressions; no subscription: the deployment's own."""
    subscription = _never_null(subscription)
    words = [subscription, group, *names]
    known = [read_literal(word or "") for word in words]
    if None in known:
        arguments = (*([subscription] if subscription else []), group, f"'{kind}'", *names)
        return f"[resourceId({', '.join(arguments)})]"
    namespace, *types = kind.split("/")
    pairs = "".join(f"/{each}/{name}" for each, name in zip(types, known[2:], strict=True))
    return f"/subscriptions/{known[0]}/resourceGroups/{known[1]}/providers/{namespace}{pairs}"


def group_id(subscription: str | None, group: str) -> str:
    """Write the id of a resource group."""
    known = (read_literal(subscription or ""), read_literal(group))
    if None not in known:
        return f"/subscriptions/{known[0]}/resourceGroups/{known[1]}"
    where = _never_null(subscription) or "subscription().subscriptionId"
    return f"[format('/subscriptions/{{0}}/resourceGroups/{{1}}', {where}, {group})]"


def _never_null(subscription: str | None) -> str | None:
    """Packer takes no subscription, and null, for the builder's own; resourceId() takes no null."""
    if subscription and "null()" in subscription:
        return f"coalesce({subscription}, subscription().subscriptionId)"
    return subscription
