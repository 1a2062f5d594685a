"""Image templates: created once, changed in four places only, deleted. Their builds are not emulated."""

from __future__ import annotations

import copy

from aib_airflow.emulator import errors, lro, tracked
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.image_builder import provisioning, requests
from aib_airflow.emulator.image_builder.types import OPERATION, RUN_OUTPUT, TEMPLATE
from aib_airflow.emulator.operations import Operation, Work
from aib_airflow.emulator.routing import LIST, Call, Reply, Routes
from aib_airflow.emulator.store import Json, Resource

PROVISION_WORK, DELETE_WORK = "image_templates.provision", "image_templates.delete"
READ_ONLY = ("provisioningState", "provisioningError", "lastRunStatus", "exactStagingResourceGroup")


def put(cloud: Cloud, call: Call) -> Reply:
    """Create a template. One that exists, were it a failed one, has to be deleted first, as in Azure."""
    requests.check_name(call.id.name)
    if cloud.store.find(call.id):
        raise errors.conflict("Update/Upgrade of image templates is currently not supported")
    requests.check_template(call.body)
    template = tracked.requested(cloud, call, None)
    for name in READ_ONLY:
        template.properties.pop(name, None)
    operation = _provision(cloud, call, template, "Creating")
    return lro.written(cloud, call, operation, template, status=201)


def patch(cloud: Cloud, call: Call) -> Reply:
    """Change identity, tags, targets or machine of a template, each as a whole."""
    existing = cloud.store.get(call.id)
    cloud.operations.require_idle(existing)
    requests.check_patch(call.body, existing.body)
    changed = Resource(existing.id, copy.deepcopy({**existing.body, **call.body}), existing.inner)
    changed.body["properties"] = {**existing.properties, **(call.body.get("properties") or {})}
    operation = _provision(cloud, call, changed, "Updating")
    return lro.written(cloud, call, operation, changed, status=202)


def delete(cloud: Cloud, call: Call) -> Reply:
    """Begin to delete a template."""
    template = cloud.store.find(call.id)
    if template is None:
        return Reply(204)
    cloud.operations.require_idle(template)
    latency_s = cloud.settings.latencies.delete_s
    operation = cloud.operations.start(cloud, template, DELETE_WORK, state="Deleting", latency_s=latency_s)
    return lro.accepted(cloud, call, operation)


def refuse_build(_cloud: Cloud, call: Call) -> Reply:
    """Refuse to run or cancel a build: the DAG of a template builds it, not this service."""
    raise errors.not_supported(
        call.method, f"{call.id}/{call.action}", call.type, "builds of image templates"
    )


def provision(cloud: Cloud, operation: Operation) -> None:
    """Work: look at the template. Raises ArmError when it cannot be built, and notes why on the template."""
    with cloud.store.edit(operation.target) as template:
        template.properties.pop("provisioningError", None)
        error = provisioning.find_error(template.properties, operation.arguments["api_version"])
        if error:
            template.properties["provisioningError"] = error.as_property()
    if error:
        raise errors.ArmError(400, error.code, error.message)


def remove(cloud: Cloud, operation: Operation) -> None:
    """Work: delete the template."""
    cloud.store.remove(operation.target)


def _provision(cloud: Cloud, call: Call, template: Resource, state: str) -> Operation:
    arguments: Json = {"api_version": call.api_version}
    latency_s = cloud.settings.latencies.gallery_s
    return cloud.operations.start(
        cloud, template, PROVISION_WORK, arguments, state=state, latency_s=latency_s
    )


ROUTES: Routes = {
    ("PUT", TEMPLATE, ""): put,
    ("GET", TEMPLATE, ""): tracked.get,
    ("GET", TEMPLATE, LIST): tracked.list_all,
    ("PATCH", TEMPLATE, ""): patch,
    ("DELETE", TEMPLATE, ""): delete,
    ("POST", TEMPLATE, "run"): refuse_build,
    ("POST", TEMPLATE, "cancel"): refuse_build,
    ("GET", RUN_OUTPUT, ""): tracked.get,
    ("GET", RUN_OUTPUT, LIST): tracked.list_all,
    ("GET", OPERATION, ""): lro.get_status,
}
WORKS: dict[str, Work] = {PROVISION_WORK: provision, DELETE_WORK: remove}
