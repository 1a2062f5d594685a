"""Virtual machines."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aib_airflow.azure import operation
from aib_airflow.azure.client import COMPUTE, Arm, read
from aib_airflow.azure.errors import translated
from aib_airflow.azure.operation import Operation

if TYPE_CHECKING:
    from azure.core import AsyncPipelineClient


@dataclass(frozen=True, slots=True)
class VmSpec:
    """A Linux machine to build on. `image_reference` is ARM's; `os_disk_size_gb` 0 keeps the image's size."""

    group: str
    name: str
    location: str
    size: str
    image_reference: Mapping[str, str]
    os_disk: str
    nic: str
    computer_name: str
    admin_username: str
    ssh_public_key: str
    custom_data: str
    os_disk_size_gb: int = 0


def create(arm: Arm, spec: VmSpec, tags: Mapping[str, str]) -> Operation | None:
    """Start creating the machine, or adopt the one of the same name."""
    return operation.start(
        f"create virtual machine {spec.name}",
        arm.compute.virtual_machines.begin_create_or_update,
        spec.group,
        spec.name,
        _body(arm, spec, tags),
        api_version=COMPUTE,
    )


def _body(arm: Arm, spec: VmSpec, tags: Mapping[str, str]) -> dict[str, Any]:
    nic = (
        f"/subscriptions/{arm.account.subscription_id}/resourceGroups/{spec.group}"
        f"/providers/Microsoft.Network/networkInterfaces/{spec.nic}"
    )
    os_disk: dict[str, Any] = {
        "name": spec.os_disk,
        "createOption": "FromImage",
        "deleteOption": "Delete",
        "caching": "ReadWrite",
        "managedDisk": {
            "storageAccountType": "Premium_LRS" if "s" in spec.size.split("_")[1] else "Standard_LRS"
        },
    }
    if spec.os_disk_size_gb:
        os_disk["diskSizeGB"] = spec.os_disk_size_gb
    body: dict[str, Any] = {
        "location": spec.location,
        "tags": dict(tags),
        "properties": {
            "hardwareProfile": {"vmSize": spec.size},
            "storageProfile": {"imageReference": dict(spec.image_reference), "osDisk": os_disk},
            "osProfile": _os_profile(spec),
            "networkProfile": {
                "networkInterfaces": [{"id": nic, "properties": {"primary": True, "deleteOption": "Delete"}}]
            },
            "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
        },
    }
    return body


def _os_profile(spec: VmSpec) -> dict[str, Any]:
    key = {"path": f"/home/{spec.admin_username}/.ssh/authorized_keys", "keyData": spec.ssh_public_key}
    return {
        "computerName": spec.computer_name,
        "adminUsername": spec.admin_username,
        "customData": base64.b64encode(spec.custom_data.encode()).decode(),
        "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": {"publicKeys": [key]}},
    }


@translated
def os_disk_id(arm: Arm, group: str, name: str) -> str:
    """Return the id of the machine's OS disk. Raises NotFoundError when the machine is gone."""
    machine = arm.compute.virtual_machines.get(group, name, api_version=COMPUTE)
    return str(machine.storage_profile.os_disk.managed_disk.id)


def deallocate(arm: Arm, group: str, name: str) -> Operation | None:
    """Start stopping the machine and giving its host back."""
    return operation.start(
        f"deallocate virtual machine {name}",
        arm.compute.virtual_machines.begin_deallocate,
        group,
        name,
        api_version=COMPUTE,
    )


def delete(arm: Arm, group: str, name: str) -> Operation | None:
    """Start deleting the machine; its OS disk goes with it."""
    return operation.start(
        f"delete virtual machine {name}",
        arm.compute.virtual_machines.begin_delete,
        group,
        name,
        api_version=COMPUTE,
    )


async def power_state(client: AsyncPipelineClient[Any, Any], vm_id: str) -> str:
    """Return `running`, `stopped`, `deallocated`, ... of ARM's instance view; empty when it tells none.

    Raises NotFoundError when the machine is gone.
    """
    view = await read(client, f"{vm_id}/instanceView", api_version=COMPUTE)
    codes = [str(status.get("code", "")) for status in view.get("statuses", ())]
    return next((code.partition("/")[2] for code in codes if code.startswith("PowerState/")), "")
