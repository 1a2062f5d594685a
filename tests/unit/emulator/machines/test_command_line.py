"""What a machine will be, read from its command line."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from aib_airflow.emulator.machines.command_line import DiskImage, qemu_argv
from aib_airflow.emulator.machines.firmware import Firmware
from aib_airflow.emulator.machines.model import MachineError, MachineSpec, Provisioning

FIRMWARE = Firmware(Path("/firmware/code.fd"), Path("/firmware/variables.fd"))
DISKS = (DiskImage(Path("/disks/os.qcow2"), "qcow2"), DiskImage(Path("/disks/data.vhd"), "vpc"))
SPEC = MachineSpec(
    name="build",
    folder=Path("/machines/build"),
    os_disk=DISKS[0].path,
    cpus=2,
    memory_mb=2048,
    address="127.77.0.9",
    provisioning=Provisioning("i-1", "build", "azureuser"),
    private_address="10.1.2.4",
    subnet="10.1.2.0/24",
    ports=(22, 5986),
)


def values_of(option: str, spec: MachineSpec = SPEC, accelerator: str = "tcg") -> list[str]:
    argv = qemu_argv(spec, DISKS, FIRMWARE, accelerator, {port: port for port in spec.ports})
    return [value for name, value in itertools.pairwise(argv) if name == option]


def test_each_port_is_forwarded_on_the_machines_own_address_under_its_own_number():
    """Port 22 is 22, and no port is open on any other address."""
    (network,) = values_of("-netdev")
    forwards = [part for part in network.split(",") if part.startswith("hostfwd=")]
    assert forwards == [
        "hostfwd=tcp:127.77.0.9:22-10.1.2.4:22",
        "hostfwd=tcp:127.77.0.9:5986-10.1.2.4:5986",
    ]


def test_the_guest_gets_its_private_address_and_azures_gateway():
    """DHCP starts at the private address; .1 is the gateway, as in every Azure subnet."""
    (network,) = values_of("-netdev")
    assert {"net=10.1.2.0/24", "dhcpstart=10.1.2.4", "host=10.1.2.1"} <= set(network.split(","))


@pytest.mark.parametrize("address", ["10.9.9.4", "10.1.2.1", "10.1.2.3"])
def test_an_address_that_the_subnet_cannot_give_is_refused_by_name(address):
    """Outside the subnet, the gateway's or the name server's: the error has both."""
    with pytest.raises(MachineError, match=rf"{address} is not a free one of subnet 10\.1\.2\.0/24"):
        values_of("-netdev", replace(SPEC, private_address=address))


def test_only_the_os_disk_boots_and_every_format_is_stated():
    """QEMU guesses no format: a guest could write a header that names a file of the host."""
    drives = [drive for drive in values_of("-drive") if "id=disk" in drive]
    assert ["format=qcow2" in drives[0], "format=vpc" in drives[1]] == [True, True]
    booting = [device for device in values_of("-device") if "bootindex" in device]
    assert booting == ["virtio-blk-pci,drive=disk0,bootindex=0"]


def test_a_comma_in_a_path_stays_part_of_the_path():
    """QEMU's options are split at commas, unless doubled."""
    disks = (DiskImage(Path("/a,b/os.qcow2"), "qcow2"),)
    argv = qemu_argv(SPEC, disks, FIRMWARE, "tcg", {22: 10022, 5986: 5986})
    assert any("file=/a,,b/os.qcow2,format=qcow2" in argument for argument in argv)


def test_emulation_uses_a_thread_for_each_processor():
    """One thread for two processors would halve the speed."""
    assert values_of("-accel") == ["tcg,thread=multi"]
    assert values_of("-accel", accelerator="kvm") == ["kvm"]
    assert values_of("-smp") == ["2"]


def test_files_of_the_machines_folder_are_named_without_it():
    """The control socket's path may have 107 bytes; the folder of a deep resource id has more."""
    assert values_of("-qmp") == ["unix:qmp.sock,server=on,wait=off"]
    assert values_of("-pidfile") == ["qemu.pid"]
