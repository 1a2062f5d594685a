"""Build QEMU's command line; pure, so that a test can read what a machine will be.

A machine has a disk, a network card, a serial console and a source of randomness, and nothing else: under
emulation every device costs boot time.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aib_airflow.emulator.machines.firmware import Firmware
from aib_airflow.emulator.machines.model import MachineError, MachineSpec

ACCELERATIONS = {
    "kvm": ("kvm", "max"),
    "tcg": ("tcg,thread=multi", "max,avx2=off,la57=off,svm=off"),
}
"""QEMU's accelerator and processor. Emulated, glibc's AVX2 routines are slower than those for SSE2 (a start of
Python by a tenth), a fifth level of page tables costs at every miss, and SVM makes the guest load KVM."""


@dataclass(frozen=True, slots=True)
class MachineFiles:
    """The files in a machine's own folder."""

    folder: Path

    @property
    def seed(self) -> Path:
        return self.folder / "seed.img"

    @property
    def seed_folder(self) -> Path:
        return self.folder / "seed"

    @property
    def firmware_variables(self) -> Path:
        return self.folder / "firmware-variables.fd"

    @property
    def serial_log(self) -> Path:
        return self.folder / "serial.log"

    @property
    def qmp_socket(self) -> Path:
        return self.folder / "qmp.sock"

    @property
    def pid(self) -> Path:
        return self.folder / "qemu.pid"

    @property
    def qemu_log(self) -> Path:
        return self.folder / "qemu.log"

    @property
    def runtime(self) -> Path:
        return self.folder / "runtime.json"

    @property
    def lock(self) -> Path:
        return self.folder / "lock"


@dataclass(frozen=True, slots=True)
class DiskImage:
    """An image file and its format, which QEMU must not guess."""

    path: Path
    format: str


def qemu_argv(
    spec: MachineSpec,
    disks: tuple[DiskImage, ...],
    firmware: Firmware,
    accelerator: str,
    host_ports: Mapping[int, int],
) -> list[str]:
    """Build the command of one machine; `disks` are the OS disk and the data disks, in this order.

    `host_ports` says for each port of the machine which one of its public address QEMU listens on.

    It is run with the machine's folder as working directory: names without a folder are files of it, which
    also keeps the control socket's path under the system's limit of 107 bytes.
    """
    files = MachineFiles(Path())
    return [
        *["qemu-system-x86_64", "-name", _escaped(spec.name), "-nodefaults", "-no-user-config"],
        *["-display", "none", "-daemonize", "-pidfile", str(files.pid)],
        *["-d", "unimp", "-D", str(files.qemu_log)],
        *_processor(spec, accelerator),
        *_firmware(firmware, files),
        *_disks(disks, files),
        *_network(spec, host_ports),
        *["-device", "virtio-rng-pci"],
        *["-serial", f"file:{files.serial_log}"],
        *["-qmp", f"unix:{files.qmp_socket},server=on,wait=off"],
    ]


def _processor(spec: MachineSpec, accelerator: str) -> list[str]:
    acceleration, processor = ACCELERATIONS[accelerator]
    machine = "q35,graphics=off,hpet=off,i8042=off,smm=off,vmport=off"
    return [
        *["-machine", machine, "-accel", acceleration, "-cpu", processor],
        *["-smp", str(spec.cpus), "-m", f"{spec.memory_mb}M"],
    ]


def _firmware(firmware: Firmware, files: MachineFiles) -> list[str]:
    return [
        *["-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={_escaped(str(firmware.code))}"],
        *["-drive", f"if=pflash,unit=1,format=raw,file={files.firmware_variables}"],
    ]


def _disks(disks: tuple[DiskImage, ...], files: MachineFiles) -> list[str]:
    """Attach the disks in order, so that the first is vda and the one that boots; then the seed."""
    arguments = []
    for index, disk in enumerate(disks):
        source = f"file={_escaped(str(disk.path.absolute()))},format={disk.format}"
        boot = ",bootindex=0" if index == 0 else ""
        arguments += ["-drive", f"if=none,id=disk{index},{source},cache=writeback,discard=unmap"]
        arguments += ["-device", f"virtio-blk-pci,drive=disk{index}{boot}"]
    arguments += ["-drive", f"if=none,id=seed,file={files.seed},format=raw,readonly=on"]
    return [*arguments, "-device", "virtio-blk-pci,drive=seed"]


def _network(spec: MachineSpec, host_ports: Mapping[int, int]) -> list[str]:
    """Give the guest its Azure address, the gateway at .1, and forward the ports of its public address."""
    network = ipaddress.IPv4Network(spec.subnet)
    guest = ipaddress.IPv4Address(spec.private_address)
    gateway, name_server = network[1], network[3]
    if guest not in network or guest in (gateway, name_server):
        raise MachineError(
            f"machine {spec.name}: private address {guest} is not a free one of subnet {network}, "
            f"of which {gateway} and {name_server} are the gateway and the name server"
        )
    addresses = f"net={network},host={gateway},dns={name_server},dhcpstart={guest},ipv6=off"
    forwards = "".join(
        f",hostfwd=tcp:{spec.address}:{host_ports[port]}-{guest}:{port}" for port in spec.ports
    )
    return [
        *["-netdev", f"user,id=net,{addresses}{forwards}"],
        *["-device", "virtio-net-pci,netdev=net,romfile="],
    ]


def _escaped(value: str) -> str:
    """Double the commas, as QEMU's option syntax asks."""
    return value.replace(",", ",,")
