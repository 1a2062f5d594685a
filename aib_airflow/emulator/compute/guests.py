"""From a virtual machine's record to the real machine behind it."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

from aib_airflow.emulator import errors
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute import attachments, sizes
from aib_airflow.emulator.identifiers import ResourceId, parse_id
from aib_airflow.emulator.machines.model import Machine, MachineSpec, PowerState, Provisioning
from aib_airflow.emulator.network import reachability, virtual_networks
from aib_airflow.emulator.store import Json, Resource

DEALLOCATED = "deallocated"


def machine_of(cloud: Cloud, vm: Resource) -> Machine:
    """Return the real machine of a virtual machine, running or not."""
    return cloud.host.machine(_spec(cloud, vm))


def power_state(cloud: Cloud, vm: Resource) -> str:
    """Return `running`, `stopped` or `deallocated`: what the machine says now, not what was last asked."""
    if is_deallocated(vm):
        return DEALLOCATED
    return str(machine_of(cloud, vm).power_state())


def is_deallocated(vm: Resource) -> bool:
    """Tell whether a machine has no host."""
    return bool(vm.inner.get("deallocated"))


def require_not_running(cloud: Cloud, disk: ResourceId) -> None:
    """Raise ArmError (409) while a running machine writes to the disk."""
    owner = attachments.owner_of(cloud, disk)
    if owner and power_state(cloud, owner) == PowerState.RUNNING:
        raise errors.not_allowed(
            f"Disk {disk.name} is attached to running VM {owner.id}. Azure would take a crash-consistent copy; "
            "the emulator does not: power off or deallocate the VM first."
        )


def forget(cloud: Cloud, vm: Resource) -> None:
    """Cut the power, and delete the machine's own folder; its disks stay."""
    machine_of(cloud, vm).kill()
    shutil.rmtree(_folder(cloud, vm), ignore_errors=True)


def _folder(cloud: Cloud, vm: Resource) -> Path:
    """Keep it short: there are sockets in it, and their paths may have no more than 107 characters."""
    return cloud.settings.state_dir / "machines" / str(vm.properties["vmId"])[:8]


def _spec(cloud: Cloud, vm: Resource) -> MachineSpec:
    size = sizes.find_size(vm.properties["hardwareProfile"]["vmSize"])
    os_disk, *data_disks = [parse_id(item["managedDisk"]["id"]) for item in attachments.disks_of(vm)]
    interface = _first_interface(cloud, vm)
    private_address, subnet = _private_network(cloud, interface)
    return MachineSpec(
        name=vm.id.name,
        folder=_folder(cloud, vm),
        os_disk=cloud.disk_file(os_disk),
        data_disks=tuple(cloud.disk_file(disk) for disk in data_disks),
        cpus=min(size.cpus, cloud.settings.machine_cpus),
        memory_mb=min(int(size.memory_gb * 1024), cloud.settings.machine_memory_mb),
        address=vm.inner["address"],
        provisioning=_provisioning(vm),
        private_address=private_address,
        subnet=subnet,
        ports=reachability.open_ports(cloud, interface),
    )


def _provisioning(vm: Resource) -> Provisioning:
    profile: Json = vm.properties.get("osProfile") or {}
    ssh = (profile.get("linuxConfiguration") or {}).get("ssh") or {}
    return Provisioning(
        instance_id=vm.properties["vmId"],
        hostname=profile.get("computerName") or vm.id.name,
        admin_username=profile.get("adminUsername", ""),
        ssh_public_keys=tuple(key["keyData"].strip() for key in ssh.get("publicKeys") or []),
        custom_data=base64.b64decode(vm.inner.get("custom_data", "")),
    )


def _private_network(cloud: Cloud, interface: Resource) -> tuple[str, str]:
    """Return the private address of the first IP configuration, and its subnet's prefix."""
    properties: Json = interface.properties["ipConfigurations"][0]["properties"]
    subnet = virtual_networks.find_subnet(cloud, parse_id(properties["subnet"]["id"]))
    prefix = subnet["properties"]["addressPrefix"] if subnet else "10.0.0.0/24"
    return properties["privateIPAddress"], prefix


def _first_interface(cloud: Cloud, vm: Resource) -> Resource:
    interfaces: list[Json] = vm.properties["networkProfile"]["networkInterfaces"]
    primary = (item for item in interfaces if (item.get("properties") or {}).get("primary"))
    return cloud.store.get(parse_id(next(primary, interfaces[0])["id"]))
