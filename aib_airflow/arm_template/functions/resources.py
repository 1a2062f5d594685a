"""ARM's functions that write resource ids; they alone need the deployment's scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aib_airflow.arm_template.errors import ExpressionError
from aib_airflow.arm_template.functions.registry import need_text
from aib_airflow.arm_template.scope import DeploymentScope


def resource_id(scope: DeploymentScope, arguments: list[Any]) -> str:
    """Write the id of a resource in a group: `([subscription], [group], type, name...)`."""
    before, provider_path = _read("resourceId", arguments, at_most_before=2)
    match before:
        case [subscription, group]:
            return f"/subscriptions/{subscription}/resourceGroups/{group}{provider_path}"
        case [group]:
            return f"{scope.subscription_path('resourceId()')}/resourceGroups/{group}{provider_path}"
        case _:
            return scope.resource_group_path("resourceId()") + provider_path


def subscription_resource_id(scope: DeploymentScope, arguments: list[Any]) -> str:
    """Write the id of a resource of a subscription: `([subscription], type, name...)`."""
    before, provider_path = _read("subscriptionResourceId", arguments, at_most_before=1)
    root = f"/subscriptions/{before[0]}" if before else scope.subscription_path("subscriptionResourceId()")
    return root + provider_path


def tenant_resource_id(scope: DeploymentScope, arguments: list[Any]) -> str:
    """Write the id of a resource of the tenant: `(type, name...)`."""
    del scope  # the same in every deployment
    return _read("tenantResourceId", arguments, at_most_before=0)[1]


def extension_resource_id(scope: DeploymentScope, arguments: list[Any]) -> str:
    """Write the id of a resource that extends another: `(id of that, type, name...)`."""
    del scope  # the first argument says where
    if not arguments:
        raise ExpressionError("extensionResourceId() needs the id of a resource first")
    base = need_text("extensionResourceId", arguments[0])
    return base + _read("extensionResourceId", arguments[1:], at_most_before=0)[1]


def _read(function: str, arguments: list[Any], at_most_before: int) -> tuple[list[str], str]:
    """Return what stands before the type, and `/providers/Ns/type/name...`."""
    texts = [need_text(function, argument) for argument in arguments]
    where = next((index for index, text in enumerate(texts) if "/" in text), None)
    if where is None or where > at_most_before:
        raise ExpressionError(f"{function}() needs a resource type such as 'Microsoft.Compute/images'")
    namespace, *types = texts[where].split("/")
    names = texts[where + 1 :]
    if len(types) != len(names):
        raise ExpressionError(
            f"{function}(): '{texts[where]}' needs {len(types)} names, {len(names)} are given"
        )
    pairs = "".join(f"/{kind}/{name}" for kind, name in zip(types, names, strict=True))
    return texts[:where], f"/providers/{namespace}{pairs}"


ScopedFunction = Callable[[DeploymentScope, list[Any]], str]

SCOPED_FUNCTIONS: dict[str, ScopedFunction] = {
    "resourceid": resource_id,
    "subscriptionresourceid": subscription_resource_id,
    "tenantresourceid": tenant_resource_id,
    "extensionresourceid": extension_resource_id,
}
"""Under their lower-case names, like FUNCTIONS."""
