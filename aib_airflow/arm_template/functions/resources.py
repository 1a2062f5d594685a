"""ARM's functions that write resource ids; they alone need the deployment's place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aib_airflow.arm_template.errors import ExpressionError
from aib_airflow.arm_template.functions.arguments import need_text
from aib_airflow.arm_template.functions.registry import arm_function
from aib_airflow.arm_template.unknown import Undetermined

if TYPE_CHECKING:
    from aib_airflow.arm_template.place import Place


@arm_function("resourceId", 2, placed=True)
def resource_id(place: Place, *arguments: Any) -> str:
    """Write the id of a resource in a group: `([subscription], [group], type, name...)`."""
    before, rest = _split("resourceId", arguments, at_most_before=2)
    match _texts("resourceId", before):
        case [subscription, group]:
            root = f"/subscriptions/{subscription}/resourceGroups/{group}"
        case [group]:
            root = f"{place.subscription_path()}/resourceGroups/{group}"
        case _:
            root = place.group_path()
    return root + _provider_path("resourceId", rest)


@arm_function("subscriptionResourceId", 2, placed=True)
def subscription_resource_id(place: Place, *arguments: Any) -> str:
    """Write the id of a resource of a subscription: `([subscription], type, name...)`."""
    before, rest = _split("subscriptionResourceId", arguments, at_most_before=1)
    texts = _texts("subscriptionResourceId", before)
    root = f"/subscriptions/{texts[0]}" if texts else place.subscription_path()
    return root + _provider_path("subscriptionResourceId", rest)


@arm_function("tenantResourceId", 2)
def tenant_resource_id(*arguments: Any) -> str:
    """Write the id of a resource of the tenant: `(type, name...)`."""
    _, rest = _split("tenantResourceId", arguments, at_most_before=0)
    return _provider_path("tenantResourceId", rest)


@arm_function("managementGroupResourceId", 3)
def management_group_resource_id(*arguments: Any) -> str:
    """Write the id of a resource of a management group: `(group, type, name...)`."""
    group = need_text("managementGroupResourceId", arguments[0])
    path = _provider_path("managementGroupResourceId", arguments[1:])
    return f"/providers/Microsoft.Management/managementGroups/{group}{path}"


@arm_function("extensionResourceId", 3)
def extension_resource_id(*arguments: Any) -> str:
    """Write the id of a resource that extends another: `(id of that, type, name...)`."""
    base = need_text("extensionResourceId", arguments[0])
    return base + _provider_path("extensionResourceId", arguments[1:])


def _split(
    function: str, arguments: tuple[Any, ...], at_most_before: int
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return what stands before the type, and the type with its names; nobody need know those yet."""
    for index, argument in enumerate(arguments[: at_most_before + 1]):
        if isinstance(argument, str) and "/" in argument:
            return arguments[:index], arguments[index:]
    raise _no_type(function, arguments)


def _no_type(function: str, arguments: tuple[Any, ...]) -> ExpressionError | Undetermined:
    _texts(function, arguments)
    return ExpressionError(f"{function}() needs a resource type such as 'Microsoft.Compute/images'")


def _provider_path(function: str, arguments: tuple[Any, ...]) -> str:
    """Write `/providers/Ns/type/name...`."""
    kind, *names = _texts(function, arguments)
    if "/" not in kind:
        raise _no_type(function, arguments)
    namespace, *types = kind.split("/")
    if len(types) != len(names):
        raise ExpressionError(f"{function}(): '{kind}' needs {len(types)} names, {len(names)} are given")
    return f"/providers/{namespace}" + "".join(
        f"/{part}/{name}" for part, name in zip(types, names, strict=True)
    )


def _texts(function: str, arguments: tuple[Any, ...]) -> list[str]:
    return [need_text(function, argument) for argument in arguments]
