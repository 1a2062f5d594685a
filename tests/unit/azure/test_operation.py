"""Long-running operations, as Azure's answers tell of them."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from aib_airflow.azure.errors import CapacityError, ThrottledError, UnavailableError
from aib_airflow.azure.operation import Kind, Operation, _operation, _progress


class FakeResponse:
    """An HTTP response with nothing behind it."""

    def __init__(self, status: int, body: Any = None, **headers: str) -> None:
        self.status_code = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.request = SimpleNamespace(url="https://arm/resource?api-version=1")
        self._body = "" if body is None else json.dumps(body)

    def json(self) -> Any:
        return json.loads(self._body)


def progress(kind: Kind, *args: Any, **headers: str):
    return _progress(Operation("/x", kind, "create it"), FakeResponse(*args, **headers))


def test_the_operation_is_remembered_without_its_host() -> None:
    """A token is never sent to a host that an answer names."""
    response = FakeResponse(201, {}, Azure_AsyncOperation="https://elsewhere/op/1?t=2")
    assert _operation("it", response) == Operation("/op/1?t=2", Kind.STATUS, "it")


def test_an_operation_survives_json() -> None:
    """Task state holds JSON only."""
    operation = Operation("/op", Kind.LOCATION, "it")
    assert Operation.from_json(json.loads(json.dumps(operation.to_json()))) == operation


def test_a_resource_in_progress_without_headers_is_watched_itself() -> None:
    """Network resources may answer 201 with nothing but their state."""
    response = FakeResponse(201, {"properties": {"provisioningState": "Updating"}})
    assert _operation("it", response) == Operation("/resource?api-version=1", Kind.RESOURCE, "it")


@pytest.mark.parametrize("body", [{"properties": {"provisioningState": "Succeeded"}}, {}, None])
def test_a_finished_answer_needs_no_waiting(body: Any) -> None:
    """A resource that is there at once is no operation."""
    assert _operation("it", FakeResponse(200, body)) is None


def test_a_failed_operation_is_azures_own_error() -> None:
    """The operation's code decides what is done about it."""
    body = {"status": "Failed", "error": {"code": "AllocationFailed", "message": "no room"}}
    seen = progress(Kind.STATUS, 200, body)
    assert seen.done
    assert isinstance(seen.error, CapacityError)
    assert "create it: no room" in str(seen.error)


def test_a_running_operation_is_not_done() -> None:
    """InProgress, and 202 at a Location, both mean wait."""
    assert not progress(Kind.STATUS, 200, {"status": "InProgress"}).done
    assert not progress(Kind.LOCATION, 202).done
    assert progress(Kind.LOCATION, 204).done


def test_a_deleted_thing_that_is_not_found_is_deleted() -> None:
    """After a deletion its Location may answer 404."""
    assert progress(Kind.LOCATION, 404).done


def test_a_forgotten_operation_is_not_a_failed_one() -> None:
    """Azure forgets operations; the next attempt looks at the resource."""
    with pytest.raises(UnavailableError):
        progress(Kind.STATUS, 404, {"error": {"code": "NotFound", "message": "x"}})


def test_a_throttled_look_is_an_error_of_the_look() -> None:
    """A refused look says nothing about the operation."""
    with pytest.raises(ThrottledError):
        progress(Kind.STATUS, 429, {"error": {"code": "TooManyRequests", "message": "slow down"}})
