"""ARM's error bodies, with the codes that Azure's own services use.

ArmError is the only error a service raises on purpose; all functions here return one, to be raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aib_airflow.emulator.identifiers import ResourceId


class ArmError(Exception):
    """A refusal or a failure, as ARM tells it."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.headers = dict(headers or {})

    def error(self) -> dict[str, Any]:
        """Return the inner error object, as operation documents hold it."""
        error = {"code": self.code, "message": self.message}
        return {**error, "target": self.target} if self.target else error

    def body(self) -> dict[str, Any]:
        """Return the response's body."""
        return {"error": self.error()}


def not_found(resource: ResourceId) -> ArmError:
    """No such resource."""
    if not resource.types:
        return group_not_found(resource.group)
    path = f"{resource.type}/{resource.name}" if len(resource.types) == 1 else str(resource)
    return ArmError(
        404,
        "ResourceNotFound",
        f"The Resource '{path}' under resource group '{resource.group}' was not found.",
    )


def group_not_found(name: str) -> ArmError:
    """No such resource group."""
    return ArmError(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def parent_not_found(resource: ResourceId) -> ArmError:
    """The resource that this one is nested in does not exist."""
    return ArmError(
        404,
        "ParentResourceNotFound",
        f"Failed to perform operation on nested resource '{resource}': parent '{resource.parent}' not found.",
    )


def invalid_parameter(target: str, message: str) -> ArmError:
    """A property has a value that the service does not take."""
    return ArmError(400, "InvalidParameter", message, target=target)


def missing_parameter(target: str) -> ArmError:
    """A required property is missing."""
    return ArmError(
        400, "InvalidParameter", f"Required parameter '{target}' is missing (null).", target=target
    )


def conflict(message: str, code: str = "Conflict") -> ArmError:
    """The resource's state forbids it."""
    return ArmError(409, code, message)


def not_allowed(message: str) -> ArmError:
    """The resource's state forbids it, in the compute service's words."""
    return ArmError(409, "OperationNotAllowed", message)


def change_not_allowed(target: str) -> ArmError:
    """A property that is fixed at creation differs."""
    return ArmError(
        409, "PropertyChangeNotAllowed", f"Changing property '{target}' is not allowed.", target=target
    )


def in_use(code: str, resource: ResourceId, user: object) -> ArmError:
    """A resource cannot go while another one uses it; `code` is the network service's own."""
    return ArmError(400, code, f"{resource} is used by {user} and cannot be deleted.")


def not_supported(method: str, path: str, resource_type: str, what: str = "") -> ArmError:
    """The emulator does not know the operation, and says which one."""
    detail = f" ({what})" if what else ""
    return ArmError(
        501,
        "NotSupportedByEmulator",
        f"The emulator does not support {method} {path} of type '{resource_type}'{detail}.",
    )
