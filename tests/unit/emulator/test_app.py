"""What every request meets before it reaches a service."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from aib_airflow.emulator.app import answer_incoming
from aib_airflow.emulator.routing import Incoming


def incoming(arm: Any, **changes: Any) -> Incoming:
    request = Incoming(
        method="GET",
        path=f"{arm.scope}/resourcegroups",
        query={"api-version": "2024-07-01"},
        headers={"authorization": f"Bearer {arm.token}"},
        body=b"",
        base_url="https://127.0.0.1:1",
    )
    return dataclasses.replace(request, **changes)


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer abc", "Bearer a.b.c"])
def test_a_request_without_a_token_of_ours_is_told_where_to_get_one(arm: Any, header: str) -> None:
    """401 names the authority, as Azure's challenge does."""
    reply = answer_incoming(arm.cloud, arm.router, incoming(arm, headers={"authorization": header}))
    assert reply.status == 401
    assert reply.headers["WWW-Authenticate"].startswith('Bearer authorization_uri="https://127.0.0.1:1/')


def test_a_token_ends(arm: Any, clock: Any) -> None:
    """Tokens live an hour."""
    assert answer_incoming(arm.cloud, arm.router, incoming(arm)).status == 200
    clock.sleep(3600)
    assert (
        answer_incoming(arm.cloud, arm.router, incoming(arm)).body["error"]["code"]
        == "ExpiredAuthenticationToken"
    )


def test_an_api_version_is_required(arm: Any) -> None:
    """Any version will do, but not none."""
    reply = answer_incoming(arm.cloud, arm.router, incoming(arm, query={}))
    assert (reply.status, reply.body["error"]["code"]) == (400, "MissingApiVersionParameter")


def test_an_unknown_operation_is_named(arm: Any) -> None:
    """501 names method, path and type, so that nobody takes silence for success."""
    arm.put("/resourceGroups/g")
    reply = arm.send("PUT", "/resourceGroups/g/providers/Microsoft.Web/sites/x", {})
    assert reply.status == 501
    message = reply.body["error"]["message"]
    assert "PUT /subscriptions/" in message
    assert "'Microsoft.Web/sites'" in message


def test_a_body_that_is_not_json_is_refused(arm: Any) -> None:
    """The parser's words are in the message."""
    path = f"{arm.scope}/resourceGroups/g"
    reply = answer_incoming(arm.cloud, arm.router, incoming(arm, method="PUT", path=path, body=b"{,"))
    assert (reply.status, reply.body["error"]["code"]) == (400, "InvalidRequestContent")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/resourceGroups/no/providers/Microsoft.Compute/disks/d", "ResourceGroupNotFound"),
        ("/resourceGroups/g/providers/Microsoft.Compute/disks/d", "ResourceNotFound"),
        ("/resourceGroups/g/providers/Microsoft.Compute/galleries/c/images/i", "ParentResourceNotFound"),
        ("/subscriptions/other/resourceGroups", "SubscriptionNotFound"),
    ],
)
def test_what_is_missing_is_named(arm: Any, path: str, code: str) -> None:
    """A missing group, parent and resource are three different errors."""
    arm.put("/resourceGroups/g")
    reply = arm.send("GET", path)
    assert (reply.status, reply.body["error"]["code"]) == (404, code)


@pytest.mark.parametrize("name", ["..", "."])
def test_a_name_cannot_leave_the_state_folder(arm: Any, name: str) -> None:
    """Names become folders; the two that mean other folders are refused."""
    reply = arm.send("PUT", f"/resourceGroups/{name}", {"location": "westus2"})
    assert (reply.status, reply.body["error"]["code"]) == (400, "InvalidResourceName")
