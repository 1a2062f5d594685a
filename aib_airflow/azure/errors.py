"""What can go wrong in Azure, sorted by what to do about it.

AzureError
+-- RetryableError      the same request may work later
|   +-- ThrottledError      429, RetryableErrorDueToAnotherOperation
|   +-- CapacityError       no machine of this size here and now
|   +-- UnavailableError    5xx, connection refused or dropped, an operation that was canceled
+-- FinalError          the same request will fail again
    +-- QuotaError          the subscription's limit
    +-- DeniedError         login or rights
    +-- InvalidError        a request Azure refuses, or a resource that is not there
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError as SdkError

P = ParamSpec("P")
R = TypeVar("R")


class AzureError(Exception):
    """Azure refused or failed. `code` is Azure's own, empty when nothing answered."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class RetryableError(AzureError):
    """The same request may work later."""


class ThrottledError(RetryableError):
    """Too many requests."""


class CapacityError(RetryableError):
    """Azure has no machine of this size in this place now."""


class UnavailableError(RetryableError):
    """Azure, or the way to it, is out of order."""


class FinalError(AzureError):
    """The same request will fail again."""


class QuotaError(FinalError):
    """The subscription's limit is reached."""


class DeniedError(FinalError):
    """Login failed, or the identity may not do this."""


class InvalidError(FinalError):
    """Azure will not accept the request as it is."""


class NotFoundError(InvalidError):
    """The resource, or what holds it, does not exist."""


# Codes of Microsoft's troubleshooting pages for resource deployment and VM allocation.
_BY_CODE: dict[str, type[AzureError]] = {
    "AllocationFailed": CapacityError,
    "OverconstrainedAllocationRequest": CapacityError,
    "OverconstrainedZonalAllocationRequest": CapacityError,
    "SkuNotAvailable": CapacityError,
    "ZonalAllocationFailed": CapacityError,
    "QuotaExceeded": QuotaError,
    "OperationNotAllowed": QuotaError,
    "ResourceQuotaExceeded": QuotaError,
    "AuthorizationFailed": DeniedError,
    "LinkedAuthorizationFailed": DeniedError,
    "InvalidAuthenticationTokenTenant": DeniedError,
    "RetryableErrorDueToAnotherOperation": ThrottledError,
    "RetryableError": UnavailableError,
    "AnotherOperationInProgress": ThrottledError,
    "OperationPreempted": UnavailableError,
    "Canceled": UnavailableError,
    "InternalServerError": UnavailableError,
    "InternalExecutionError": UnavailableError,
}
_BY_STATUS: dict[int, type[AzureError]] = {
    401: DeniedError,
    403: DeniedError,
    404: NotFoundError,
    408: UnavailableError,
    429: ThrottledError,
}


def classify(code: str, message: str, status: int | None = None) -> AzureError:
    """Return the error that says what to do, from Azure's code and, where there is one, HTTP status."""
    kind = _BY_CODE.get(code)
    if kind is None and status is not None:
        kind = _BY_STATUS.get(status) or (UnavailableError if status >= 500 else None)
    return (kind or InvalidError)(f"{code}: {message}" if code else message, code)


def translate(error: SdkError) -> AzureError:
    """Turn an SDK exception into ours."""
    from azure.core import exceptions as sdk

    if isinstance(error, sdk.ClientAuthenticationError) and error.response is None:
        if isinstance(error.__cause__, sdk.ServiceRequestError):
            return UnavailableError(f"Entra cannot be reached: {_first_line(error)}; check the authority")
        return DeniedError(
            f"Entra refused the login: {_first_line(error)}; check the connection's tenant, client and secret"
        )
    if isinstance(error, sdk.HttpResponseError) and error.response is not None:
        code = (error.error and error.error.code) or ""
        message = (error.error and error.error.message) or _first_line(error)
        if isinstance(error, sdk.ClientAuthenticationError) and not code:
            message += "; check the connection's tenant, client and secret"
        return classify(code, message, error.response.status_code)
    return UnavailableError(f"Azure cannot be reached: {_first_line(error)}; check the connection's endpoint")


def translated(call: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function so that SDK exceptions leave it as ours."""

    @functools.wraps(call)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        from azure.core.exceptions import AzureError as SdkError

        try:
            return call(*args, **kwargs)
        except SdkError as error:
            raise translate(error) from error

    return wrapper


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
