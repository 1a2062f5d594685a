"""Read access to a disk or snapshot: a fixed VHD of its content, and a signed URL that ends."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import uuid
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from aib_airflow.emulator import errors, lro
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute import guests
from aib_airflow.emulator.compute.types import DISK, SNAPSHOT
from aib_airflow.emulator.identifiers import parse_id
from aib_airflow.emulator.machines import disks
from aib_airflow.emulator.operations import Operation, Work
from aib_airflow.emulator.routing import Call, Reply, Routes
from aib_airflow.emulator.store import Json, Resource

GRANT_WORK, REVOKE_WORK = "access.grant", "access.revoke"
EXPORT = "export.vhd"
BLOB = "abcd"


def begin(cloud: Cloud, call: Call) -> Reply:
    """Begin to make the content readable for `durationInSeconds`."""
    resource = cloud.store.get(call.id)
    access, duration_s = call.body.get("access"), call.body.get("durationInSeconds")
    if access != "Read":
        raise errors.not_supported("POST", str(call.id), call.type, f"access {access}: only Read")
    if call.body.get("fileFormat", "VHD") != "VHD":
        raise errors.not_supported("POST", str(call.id), call.type, "fileFormat VHDX")
    if not isinstance(duration_s, int) or duration_s <= 0:
        raise errors.missing_parameter("durationInSeconds")
    cloud.operations.require_idle(resource)
    guests.require_not_running(cloud, resource.id)
    until = cloud.clock.now() + dt.timedelta(seconds=duration_s)
    grant = {"key": uuid.uuid4().hex, "until": until.strftime("%Y-%m-%dT%H:%M:%SZ")}
    return lro.accepted(cloud, call, cloud.operations.start(cloud, resource, GRANT_WORK, grant))


def end(cloud: Cloud, call: Call) -> Reply:
    """Begin to end all access."""
    resource = cloud.store.get(call.id)
    cloud.operations.require_idle(resource)
    return lro.accepted(cloud, call, cloud.operations.start(cloud, resource, REVOKE_WORK))


def grant(cloud: Cloud, operation: Operation) -> Json:
    """Work: export the VHD once, note the grant, return the URL."""
    identity = operation.target
    target = cloud.store.folder(identity) / EXPORT
    if not target.exists():
        disks.export_vhd(cloud.disk_file(identity), target)
    with cloud.store.edit(identity) as resource:
        grants = resource.inner.setdefault("grants", {})
        grants[operation.arguments["key"]] = operation.arguments["until"]
    _index(cloud, operation.arguments["key"]).parent.mkdir(exist_ok=True)
    _index(cloud, operation.arguments["key"]).write_text(str(identity), encoding="utf-8")
    return {"accessSAS": _url(cloud, operation.arguments["key"], operation.arguments["until"])}


def revoke(cloud: Cloud, operation: Operation) -> None:
    """Work: forget all grants, delete the VHD."""
    identity = operation.target
    release(cloud, cloud.store.get(identity))
    with cloud.store.edit(identity) as resource:
        resource.inner.pop("grants", None)


def release(cloud: Cloud, resource: Resource) -> None:
    """Delete what the grants of a resource left on disk."""
    for key in resource.inner.get("grants", {}):
        _index(cloud, key).unlink(missing_ok=True)
    (cloud.store.folder(resource.id) / EXPORT).unlink(missing_ok=True)


def is_active(resource: Resource) -> bool:
    """Tell whether access was granted and not ended: an expired URL counts until it is ended, as in Azure."""
    return bool(resource.inner.get("grants"))


def require_none(resource: Resource) -> None:
    """Raise ArmError (409) while a signed URL is out."""
    if is_active(resource):
        raise errors.not_allowed(
            f"There is an active shared access signature outstanding for disk {resource.id.name}. Call "
            "EndGetAccess before deleting or changing the disk."
        )


def readable_file(cloud: Cloud, key: str, query: Mapping[str, str]) -> Path | None:
    """Return the VHD that a signed URL opens, or None when it opens nothing (any more)."""
    until = query.get("se", "")
    if not key.isalnum() or not hmac.compare_digest(_signature(cloud, key, until), query.get("sig", "")):
        return None
    if until <= cloud.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"):
        return None
    try:
        identity = parse_id(_index(cloud, key).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return cloud.store.folder(identity) / EXPORT


def _url(cloud: Cloud, key: str, until: str) -> str:
    query = {"sv": "2018-03-28", "sr": "b", "si": key, "se": until, "sp": "r"}
    query["sig"] = _signature(cloud, key, until)
    return f"{{endpoint}}/disks/{key}/{BLOB}?{urlencode(query)}"


def _signature(cloud: Cloud, key: str, until: str) -> str:
    return base64.b64encode(cloud.keys.sign(f"disks/{key}/{until}")).decode()


def _index(cloud: Cloud, key: str) -> Path:
    return cloud.settings.state_dir / "grants" / key


ROUTES: Routes = {
    ("POST", DISK, "beginGetAccess"): begin,
    ("POST", DISK, "endGetAccess"): end,
    ("POST", SNAPSHOT, "beginGetAccess"): begin,
    ("POST", SNAPSHOT, "endGetAccess"): end,
}
WORKS: dict[str, Work] = {GRANT_WORK: grant, REVOKE_WORK: revoke}
