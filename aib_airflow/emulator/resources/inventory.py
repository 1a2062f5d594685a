"""Lists of resources of any type: in a group, or in the subscription."""

from __future__ import annotations

from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.identifiers import GROUP_TYPE, SUBSCRIPTION_TYPE
from aib_airflow.emulator.resources import tag_filters
from aib_airflow.emulator.routing import Call, Reply, Routes
from aib_airflow.emulator.store import Json

SHOWN = ("id", "name", "type", "location", "tags", "sku", "kind", "identity", "managedBy", "zones")


def list_resources(cloud: Cloud, call: Call) -> Reply:
    """GET the resources in scope, without their properties, as ARM does."""
    wanted = tag_filters.parse(call.query.get("$filter", ""))
    bodies = [resource.body for resource in cloud.store.inside(call.id)]
    return Reply(200, {"value": [_summary(body) for body in bodies if wanted(body)]})


def _summary(body: Json) -> Json:
    return {key: body[key] for key in SHOWN if key in body}


ROUTES: Routes = {
    ("GET", GROUP_TYPE, "resources"): list_resources,
    ("GET", SUBSCRIPTION_TYPE, "resources"): list_resources,
}
