"""How virtual machines are shown: their bodies, the instance view, the serial log's URL."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute import attachments, guests
from aib_airflow.emulator.compute.types import VIRTUAL_MACHINE
from aib_airflow.emulator.errors import ArmError
from aib_airflow.emulator.identifiers import ResourceId
from aib_airflow.emulator.machines.model import PowerState
from aib_airflow.emulator.routing import LIST, Call, Reply, Routes
from aib_airflow.emulator.store import Json, Resource

SERIAL_LOG = "serialconsole.log"


def get(cloud: Cloud, call: Call) -> Reply:
    """GET one machine, with `$expand=instanceView` its instance view too."""
    vm = cloud.store.get(call.id)
    expanded = "instanceview" in call.query.get("$expand", "").lower()
    if not expanded:
        return Reply(200, vm.body)
    return Reply(200, {**vm.body, "properties": {**vm.properties, "instanceView": instance_view(cloud, vm)}})


def get_instance_view(cloud: Cloud, call: Call) -> Reply:
    """GET what the machine is doing."""
    return Reply(200, instance_view(cloud, cloud.store.get(call.id)))


def list_all(cloud: Cloud, call: Call) -> Reply:
    """GET all machines in scope."""
    return Reply(200, {"value": [vm.body for vm in cloud.store.of_type(VIRTUAL_MACHINE, call.id)]})


def instance_view(cloud: Cloud, vm: Resource) -> Json:
    """Return the instance view: statuses as Azure spells them."""
    statuses = [_provisioning_status(vm)]
    if vm.inner.get("generalized"):
        statuses.append({"code": "OSState/generalized", "level": "Info", "displayStatus": "VM generalized"})
    power = guests.power_state(cloud, vm)
    if vm.state not in {"Creating", "Failed"} or power == PowerState.RUNNING:
        statuses.append({"code": f"PowerState/{power}", "level": "Info", "displayStatus": f"VM {power}"})
    view: Json = {
        "disks": [_disk_view(item["name"]) for item in attachments.disks_of(vm)],
        "statuses": statuses,
    }
    profile = vm.properties.get("osProfile") or {}
    return {"computerName": profile.get("computerName", vm.id.name), **view}


def retrieve_boot_diagnostics(cloud: Cloud, call: Call) -> Reply:
    """Return a signed URL of the serial console's log; there is no screenshot of a machine without a screen."""
    vm = cloud.store.get(call.id)
    minutes = int(call.query.get("sasuriexpirationtimeinminutes", "120"))
    until = (cloud.clock.now() + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    path = f"/bootdiagnostics{vm.id}/{SERIAL_LOG}"
    query = urlencode(
        {"sv": "2018-03-28", "sr": "b", "sp": "r", "se": until, "sig": _signature(cloud, path, until)}
    )
    return Reply(200, {"serialConsoleLogBlobUri": f"{call.base_url}{path}?{query}"})


def serial_log(cloud: Cloud, path: str, vm: ResourceId, query: Mapping[str, str]) -> str | None:
    """Return the log that a signed URL opens, or None when the signature is wrong or over."""
    until = query.get("se", "")
    if not hmac.compare_digest(_signature(cloud, path, until), query.get("sig", "")):
        return None
    if until <= cloud.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"):
        return None
    try:
        return guests.machine_of(cloud, cloud.store.get(vm)).serial_log()
    except ArmError:
        return None


def _signature(cloud: Cloud, path: str, until: str) -> str:
    return base64.b64encode(cloud.keys.sign(f"{path}?{until}")).decode()


def _provisioning_status(vm: Resource) -> Json:
    state = vm.state.lower()
    level = "Error" if state == "failed" else "Info"
    return {"code": f"ProvisioningState/{state}", "level": level, "displayStatus": f"Provisioning {state}"}


def _disk_view(name: str) -> Json:
    status = {
        "code": "ProvisioningState/succeeded",
        "level": "Info",
        "displayStatus": "Provisioning succeeded",
    }
    return {"name": name, "statuses": [status]}


ROUTES: Routes = {
    ("GET", VIRTUAL_MACHINE, ""): get,
    ("GET", VIRTUAL_MACHINE, LIST): list_all,
    ("GET", VIRTUAL_MACHINE, "instanceView"): get_instance_view,
    ("POST", VIRTUAL_MACHINE, "retrieveBootDiagnosticsData"): retrieve_boot_diagnostics,
}
