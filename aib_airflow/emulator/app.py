"""The HTTP front: one catch-all route that tells blobs, Entra and ARM apart, and ARM's headers."""

from __future__ import annotations

import contextlib
import json
import logging
import uuid
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aib_airflow.emulator import entra, errors, metadata, tokens
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.errors import ArmError
from aib_airflow.emulator.identifiers import GROUP_TYPE, ResourceId
from aib_airflow.emulator.routing import LIST, Call, Incoming, Match, Reply, Router
from aib_airflow.emulator.storage import page_blobs

log = logging.getLogger(__name__)

METHODS = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"]
ARM_ROOTS = {"subscriptions", "providers", "tenants"}


def build_app(cloud: Cloud, router: Router) -> Starlette:
    """Return the application of one emulated Azure."""

    async def answer(request: Request) -> Response:
        if page_blobs.is_blob_path(request.url.path):
            return await run_in_threadpool(page_blobs.answer, cloud, request)
        incoming = _incoming(request, await request.body())
        return _response(incoming, await run_in_threadpool(answer_incoming, cloud, router, incoming))

    return Starlette(routes=[Route("/{path:path}", answer, methods=METHODS)])


def _incoming(request: Request, body: bytes) -> Incoming:
    return Incoming(
        method=request.method,
        path=request.url.path,
        query={key.lower(): value for key, value in request.query_params.items()},
        headers=request.headers,
        body=body,
        base_url=f"{request.url.scheme}://{request.url.netloc}",
    )


def answer_incoming(cloud: Cloud, router: Router, incoming: Incoming) -> Reply:
    """Answer anything but a blob; whatever goes wrong becomes an ARM error."""
    try:
        return _dispatch(cloud, router, incoming)
    except ArmError as error:
        return Reply(error.status, error.body(), error.headers)
    except Exception as error:
        log.exception("%s %s failed", incoming.method, incoming.path)
        message = f"The emulator failed on this request: {type(error).__name__}: {error}"
        return Reply(500, ArmError(500, "InternalServerError", message).body())


def _dispatch(cloud: Cloud, router: Router, incoming: Incoming) -> Reply:
    root = incoming.path.strip("/").partition("/")[0].lower()
    if root in ARM_ROOTS:
        return _dispatch_arm(cloud, router, incoming)
    reply = metadata.answer(cloud, incoming) or entra.answer(cloud, incoming)
    if reply is None:
        raise errors.not_supported(incoming.method, incoming.path, root)
    return reply


def _dispatch_arm(cloud: Cloud, router: Router, incoming: Incoming) -> Reply:
    authority = f"{incoming.base_url}/{cloud.settings.tenant_id}"
    tokens.check(incoming.headers.get("authorization", ""), cloud.keys, cloud.clock, authority=authority)
    if "api-version" not in incoming.query:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        raise ArmError(400, "MissingApiVersionParameter", message)
    match = router.match(incoming.method, incoming.path)
    call = Call(
        method=incoming.method,
        id=match.id,
        type=match.type,
        action=match.action,
        query=incoming.query,
        body=_json(incoming.body),
        base_url=incoming.base_url,
    )
    writes = incoming.method not in {"GET", "HEAD"}
    with cloud.store.lock if writes else contextlib.nullcontext():
        _require_scope(cloud, call, match)
        return match.handler(cloud, call)


def _require_scope(cloud: Cloud, call: Call, match: Match) -> None:
    """Raise ArmError (404) unless subscription, group and parent exist."""
    if call.id.subscription and call.id.subscription.lower() != cloud.settings.subscription_id.lower():
        message = f"The subscription '{call.id.subscription}' could not be found."
        raise ArmError(404, "SubscriptionNotFound", message)
    if not call.id.group or (match.type == GROUP_TYPE and not match.action):
        return
    group = cloud.store.find(call.id.group_id)
    if group is None:
        raise errors.group_not_found(call.id.group)
    if call.method == "PUT" and group.state == "Deleting":
        message = f"The resource group '{call.id.group}' is in deprovisioning state and cannot perform this."
        raise errors.conflict(message, "ResourceGroupBeingDeleted")
    nested = call.id if call.action == LIST else call.id.parent
    if nested.types and not _exists(cloud, nested):
        raise errors.parent_not_found(call.id) if call.action != LIST else errors.not_found(nested)


def _exists(cloud: Cloud, resource: ResourceId) -> bool:
    return cloud.store.find(resource) is not None


def _json(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        value = json.loads(body)
    except ValueError as error:
        message = f"The request content was invalid and could not be deserialized: '{error}'."
        raise ArmError(400, "InvalidRequestContent", message) from None
    if not isinstance(value, dict):
        raise ArmError(400, "InvalidRequestContent", "The request content must be a JSON object.")
    return value


def _response(incoming: Incoming, reply: Reply) -> Response:
    request_id = str(uuid.uuid4())
    headers = {
        "Cache-Control": "no-cache",
        "x-ms-request-id": request_id,
        "x-ms-correlation-request-id": incoming.headers.get("x-ms-correlation-request-id", request_id),
        "x-ms-routing-request-id": f"EMULATOR:{request_id}",
        **_rate_limits(incoming.method),
        **reply.headers,
    }
    content = b"" if reply.body is None else json.dumps(reply.body).encode()
    media_type = "application/json; charset=utf-8" if content else None
    return Response(content, reply.status, headers, media_type)


def _rate_limits(method: str) -> dict[str, str]:
    """Azure tells what is left; the emulator does not throttle by itself, so the numbers stand still."""
    kind = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(method, "writes")
    return {
        f"x-ms-ratelimit-remaining-subscription-{kind}": "199",
        f"x-ms-ratelimit-remaining-subscription-global-{kind}": "2999",
    }
