"""Resource ids: plain where all their words are known, `resourceId(...)` where parameters are among them."""

from __future__ import annotations

import re

_LITERAL = re.compile(r"'((?:[^']|'')*)'")


def resource_id(subscription: str | None, group: str, kind: str, *names: str) -> str:
    """Write the id of a resource. All but `kind` are ARM expressions; no subscription: the deployment's own."""
    words = [subscription, group, *names]
    known = [_literal(word) for word in words]
    if None in known:
        arguments = (*([subscription] if subscription else []), group, f"'{kind}'", *names)
        return f"[resourceId({', '.join(arguments)})]"
    namespace, *types = kind.split("/")
    pairs = "".join(f"/{each}/{name}" for each, name in zip(types, known[2:], strict=True))
    return f"/subscriptions/{known[0]}/resourceGroups/{known[1]}/providers/{namespace}{pairs}"


def group_id(subscription: str | None, group: str) -> str:
    """Write the id of a resource group."""
    known = (_literal(subscription), _literal(group))
    if None not in known:
        return f"/subscriptions/{known[0]}/resourceGroups/{known[1]}"
    where = subscription or "subscription().subscriptionId"
    return f"[format('/subscriptions/{{0}}/resourceGroups/{{1}}', {where}, {group})]"


def _literal(expression: str | None) -> str | None:
    match = _LITERAL.fullmatch(expression or "")
    return match.group(1).replace("''", "'") if match else None
