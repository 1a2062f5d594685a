"""How a long-running operation looks on the wire: its URLs, its headers, its status document."""

from __future__ import annotations

import json
from typing import Any

from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.errors import ArmError
from aib_airflow.emulator.operations import FAILED, IN_PROGRESS, Operation
from aib_airflow.emulator.routing import Call, Reply, Routes
from aib_airflow.emulator.store import Json, Resource


def written(cloud: Cloud, call: Call, operation: Operation, resource: Resource, *, status: int) -> Reply:
    """Answer a PUT or PATCH: the resource's body, and where to ask how it goes on."""
    headers = {"Azure-AsyncNotification": "Enabled", "Azure-AsyncOperation": _url(call, operation)}
    return Reply(status, resource.body, {**headers, **_retry_after(cloud)})


def accepted(cloud: Cloud, call: Call, operation: Operation) -> Reply:
    """Answer a POST or DELETE: 202, no body, and both ways to ask."""
    url = _url(call, operation)
    headers = {"Azure-AsyncOperation": url, "Location": f"{url}&monitor=true"}
    return Reply(202, None, {**headers, **_retry_after(cloud)})


def located(cloud: Cloud, call: Call, operation: Operation) -> Reply:
    """Answer as Resources does: 202, no body, and a Location that is 202 until the work is done."""
    url = f"{_base(call)}/operationresults/{operation.name}?api-version={call.api_version}"
    return Reply(202, None, {"Location": url, **_retry_after(cloud)})


def get_status(cloud: Cloud, call: Call) -> Reply:
    """GET an operation: its document, or with `monitor=true` its result as Location shows it."""
    operation = _find(cloud, call)
    if "monitor" in call.query:
        return _result(cloud, call, operation)
    document: Json = {"startTime": operation.start_time, "status": operation.status, "name": operation.name}
    if operation.end_time:
        document["endTime"] = operation.end_time
    if operation.output is not None:
        document["properties"] = {"output": _shown(operation.output, call)}
    if operation.status == FAILED:
        document["error"] = operation.error
    return Reply(200, document, _retry_after(cloud) if operation.status == IN_PROGRESS else {})


def get_result(cloud: Cloud, call: Call) -> Reply:
    """GET what a Location header pointed at."""
    return _result(cloud, call, _find(cloud, call))


def _result(cloud: Cloud, call: Call, operation: Operation) -> Reply:
    if operation.status == IN_PROGRESS:
        url = f"{call.base_url}{call.id}?" + "&".join(f"{key}={value}" for key, value in call.query.items())
        return Reply(202, None, {"Location": url, **_retry_after(cloud)})
    if operation.status == FAILED:
        raise ArmError(409, operation.error["code"], operation.error["message"])
    return Reply(200, _shown(operation.output, call) if operation.output is not None else None)


def _find(cloud: Cloud, call: Call) -> Operation:
    if operation := cloud.operations.find(call.id.name):
        return operation
    raise ArmError(404, "OperationNotFound", f"The operation '{call.id.name}' was not found.")


def _shown(output: Json, call: Call) -> Any:
    return json.loads(json.dumps(output).replace("{endpoint}", call.base_url))


def _retry_after(cloud: Cloud) -> dict[str, str]:
    seconds = cloud.settings.retry_after_s
    return {} if seconds is None else {"Retry-After": str(seconds)}


def _base(call: Call) -> str:
    return f"{call.base_url}/subscriptions/{call.id.subscription}"


def _url(call: Call, operation: Operation) -> str:
    path = f"providers/{call.id.namespace}/locations/{operation.location}/operations/{operation.name}"
    return f"{_base(call)}/{path}?api-version={call.api_version}"


ROUTES: Routes = {
    ("GET", "Microsoft.Compute/locations/operations", ""): get_status,
    ("GET", "Microsoft.Network/locations/operations", ""): get_status,
    ("GET", "Microsoft.Resources/operationresults", ""): get_result,
}
