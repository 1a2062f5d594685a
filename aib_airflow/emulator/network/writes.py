"""How every network resource is written and deleted: an operation whose work is short."""

from __future__ import annotations

import uuid

from aib_airflow.emulator import lro
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.operations import Operation, Work
from aib_airflow.emulator.routing import Call, Reply
from aib_airflow.emulator.store import Resource

SETTLE_WORK, DELETE_WORK = "network.settle", "network.delete"


def save(cloud: Cloud, call: Call, resource: Resource, *, is_new: bool) -> Reply:
    """Save a network resource, and answer as the network service does."""
    resource.body["etag"] = f'W/"{uuid.uuid4()}"'
    resource.properties.setdefault("resourceGuid", str(uuid.uuid4()))
    operation = _start(cloud, resource, SETTLE_WORK, "Updating")
    return lro.written(cloud, call, operation, resource, status=201 if is_new else 200)


def delete(cloud: Cloud, call: Call, resource: Resource) -> Reply:
    """Begin to delete a network resource that nothing uses."""
    return lro.accepted(cloud, call, _start(cloud, resource, DELETE_WORK, "Deleting"))


def settle(cloud: Cloud, operation: Operation) -> None:
    """Work: nothing is left to do; the resource becomes Succeeded."""
    identity = operation.target
    cloud.store.get(identity)


def remove(cloud: Cloud, operation: Operation) -> None:
    """Work: delete the resource."""
    identity = operation.target
    cloud.store.remove(identity)


def _start(cloud: Cloud, resource: Resource, work: str, state: str) -> Operation:
    latency_s = cloud.settings.latencies.network_s
    return cloud.operations.start(cloud, resource, work, state=state, latency_s=latency_s, inline=True)


WORKS: dict[str, Work] = {SETTLE_WORK: settle, DELETE_WORK: remove}
