"""Operations: their documents, their order, and what a restart makes of them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from aib_airflow.emulator.files import write_json
from aib_airflow.emulator.operations import Operation, Operations
from aib_airflow.emulator.store import Json

DISK = "/resourceGroups/g/providers/Microsoft.Compute/disks/d"
EMPTY = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 1}


def test_an_operation_tells_how_it_ended(stocked: Any) -> None:
    """The document has the fields that SDKs poll."""
    reply = stocked.send("PUT", DISK, {"location": "westus2", "properties": EMPTY})
    document = stocked.operation(reply)
    assert document["status"] == "Succeeded"
    assert {"name", "startTime", "endTime"} <= set(document)


def test_retry_after_is_sent_only_when_asked_for(stocked: Any) -> None:
    """Azure mostly sends none; a client that relies on it would hang there."""
    body = {"location": "westus2", "properties": EMPTY}
    assert "Retry-After" not in stocked.send("PUT", DISK, body).headers
    stocked.cloud = replace(stocked.cloud, settings=replace(stocked.cloud.settings, retry_after_s=1))
    assert stocked.send("PUT", DISK, body).headers["Retry-After"] == "1"


def test_a_delete_can_be_followed_by_its_location(stocked: Any) -> None:
    """202 while it runs, then 200."""
    stocked.put(DISK, EMPTY)
    location = stocked.send("DELETE", DISK).headers["Location"]
    assert location.endswith("&monitor=true")


def test_an_interrupted_operation_is_run_again(stocked: Any) -> None:
    """The emulator died after it noted the operation: the next start does the work."""
    seen: list[str] = []

    def work(_cloud: Any, operation: Operation) -> Json | None:
        seen.append(operation.resource)
        return {"answer": 42}

    folder = stocked.cloud.settings.state_dir / "operations"
    group = stocked.cloud.store.groups(stocked.cloud.settings.subscription_id)[0]
    operations = Operations(folder, {"w": work})
    operation = operations.start(stocked.cloud, group, "w")
    assert operations.join(5)
    write_json(
        folder / f"{operation.name}.json", {**asdict(operation), "status": "InProgress", "output": None}
    )
    after = Operations(folder, {"w": work})
    assert after.resume(stocked.cloud) == 1
    assert after.join(5)
    found = after.find(operation.name)
    assert seen == [str(group.id)] * 2
    assert found is not None
    assert (found.status, found.output) == ("Succeeded", {"answer": 42})


def test_an_unexpected_error_fails_the_operation_and_says_so(stocked: Any) -> None:
    """A bug in a work is a failed operation with a message, not one that hangs."""

    def work(_cloud: Any, _operation: Operation) -> Json | None:
        raise ZeroDivisionError("by zero")

    operations = Operations(stocked.cloud.settings.state_dir / "operations", {"w": work})
    group = stocked.cloud.store.groups(stocked.cloud.settings.subscription_id)[0]
    operation = operations.start(stocked.cloud, group, "w")
    assert operations.join(5)
    found = operations.find(operation.name)
    assert found is not None
    assert found.error == {"code": "InternalOperationError", "message": "ZeroDivisionError: by zero"}


def test_the_name_of_an_operation_is_a_guid_and_nothing_else(stocked: Any) -> None:
    """A name becomes a file name: no other path can be asked for."""
    assert stocked.cloud.operations.find("../secrets") is None
    reply = stocked.send("GET", "/providers/Microsoft.Compute/locations/westus2/operations/nothing")
    assert (reply.status, reply.body["error"]["code"]) == (404, "OperationNotFound")
