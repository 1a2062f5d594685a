"""Long-running operations: started in a task, watched from a trigger, known by a path.

A path and query without host is all that is kept: it survives a retry, another process and a new SDK
release (azure-core's continuation tokens do not), and a token is never sent to another host.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aib_airflow.azure.errors import AzureError, UnavailableError, classify, translate

if TYPE_CHECKING:
    from azure.core import AsyncPipelineClient

_TERMINAL = {"succeeded", "failed", "canceled"}


class Kind(enum.StrEnum):
    """How an operation tells that it is done."""

    STATUS = "status"  # Azure-AsyncOperation: a document with `status`
    LOCATION = "location"  # Location: 202 until it is done
    RESOURCE = "resource"  # the resource itself, by provisioningState


@dataclass(frozen=True, slots=True)
class Operation:
    """Something Azure is doing. `path` is relative to the endpoint; `what` names it for people."""

    path: str
    kind: Kind
    what: str

    def to_json(self) -> dict[str, str]:
        """Return what `from_json` reads; small enough for task state."""
        return {"path": self.path, "kind": self.kind.value, "what": self.what}

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> Operation:
        """Read what `to_json` wrote."""
        return cls(data["path"], Kind(data["kind"]), data["what"])


@dataclass(frozen=True, slots=True)
class Progress:
    """One look at an operation. `error` is set when it failed; `percent` where Azure tells one."""

    done: bool
    error: AzureError | None = None
    percent: float | None = None
    retry_after_s: float | None = None


def start(what: str, begin: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Operation | None:
    """Call an SDK `begin_...` and return its operation without waiting; None when it is done already.

    Raises AzureError when Azure refuses.
    """
    from azure.core.exceptions import AzureError as SdkError

    responses: list[Any] = []
    try:
        begin(*args, polling=False, raw_response_hook=responses.append, **kwargs)
    except SdkError as error:
        raise translate(error) from error
    return _operation(what, responses[-1].http_response)


def _operation(what: str, response: Any) -> Operation | None:
    for header, kind in (("Azure-AsyncOperation", Kind.STATUS), ("Location", Kind.LOCATION)):
        if url := response.headers.get(header):
            return Operation(_path(url), kind, what)
    if response.status_code == 204 or _state(_body(response)) in _TERMINAL | {""}:
        return None
    return Operation(_path(response.request.url), Kind.RESOURCE, what)


async def look(client: AsyncPipelineClient[Any, Any], operation: Operation) -> Progress:
    """Look at an operation once. Raises AzureError when the look itself fails."""
    from azure.core.exceptions import AzureError as SdkError
    from azure.core.rest import HttpRequest

    try:
        response: Any = await client.send_request(HttpRequest("GET", client.format_url(operation.path)))
    except SdkError as error:
        raise translate(error) from error
    return _progress(operation, response)


def _progress(operation: Operation, response: Any) -> Progress:
    retry_after_s = _seconds(response.headers.get("Retry-After"))
    body = _body(response)
    if response.status_code == 404 and operation.kind is Kind.LOCATION:
        return Progress(done=True)
    if response.status_code == 404 and operation.kind is Kind.STATUS:
        # Azure forgets operations after a while: the next attempt looks at the resource itself.
        raise UnavailableError(f"{operation.what}: Azure no longer knows this operation")
    if response.status_code >= 400:
        error = body.get("error") or {}
        raise classify(
            error.get("code", ""),
            error.get("message") or f"{operation.what}: HTTP {response.status_code}",
            response.status_code,
        )
    if response.status_code == 202:
        return Progress(done=False, retry_after_s=retry_after_s)
    if operation.kind is Kind.LOCATION:
        return Progress(done=True)
    state = _state(body)
    if state in {"failed", "canceled"}:
        error = body.get("error") or {}
        code, message = (
            error.get("code") or state.capitalize(),
            error.get("message") or "Azure gave no reason",
        )
        return Progress(done=True, error=classify(code, f"{operation.what}: {message}"))
    done = state == "succeeded" or (operation.kind is Kind.RESOURCE and not state)
    return Progress(done, percent=body.get("percentComplete"), retry_after_s=retry_after_s)


def _state(body: Mapping[str, Any]) -> str:
    properties = body.get("properties") or {}
    return str(body.get("status") or properties.get("provisioningState") or "").lower()


def _body(response: Any) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after and retry_after.isdigit() else None
