"""What the compute service asks of a machine, whatever runs it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class PowerState(enum.StrEnum):
    """The two states a machine itself can tell; `deallocated` is the compute service's business."""

    RUNNING = "running"
    STOPPED = "stopped"


class MachineError(Exception):
    """A machine could not be made, started or stopped. The message names the setting and the fix."""


@dataclass(frozen=True, slots=True)
class Provisioning:
    """What a guest learns at its first boot: Azure's osProfile, in our words."""

    instance_id: str
    hostname: str
    admin_username: str
    ssh_public_keys: tuple[str, ...] = ()
    custom_data: bytes = b""


@dataclass(frozen=True, slots=True)
class MachineSpec:
    """One machine.

    `folder` is the machine's own directory: seed, sockets, serial log, run-time state. `os_disk` and
    `data_disks` belong to disk resources. `address` is the loopback address that is the machine's public
    one (`127.77.0.4`): each of `ports` answers there under its own number, and is forwarded to the guest.
    """

    name: str
    folder: Path
    os_disk: Path
    cpus: int
    memory_mb: int
    address: str
    provisioning: Provisioning
    data_disks: tuple[Path, ...] = ()
    private_address: str = "10.0.0.4"
    subnet: str = "10.0.0.0/24"
    ports: tuple[int, ...] = (22,)


class Machine(Protocol):
    """A machine that exists. All calls are blocking and may be repeated."""

    def start(self) -> None:
        """Start it unless it runs; return once the hypervisor answers. Raises MachineError."""

    def power_state(self) -> PowerState:
        """Look whether it runs; a guest that powered itself off is stopped."""

    def stop(self, *, timeout_s: float = 30) -> None:
        """Ask the guest to power off, and cut the power after `timeout_s`."""

    def kill(self) -> None:
        """Cut the power."""

    def restart(self) -> None:
        """Reset it, as the button does."""

    def serial_log(self) -> str:
        """Return what the guest wrote to its serial console so far."""


class MachineHost(Protocol):
    """Makes machines, and finds those of an earlier process again (their folder is their state)."""

    def machine(self, spec: MachineSpec) -> Machine:
        """Return the machine of this spec, running or not; nothing is started."""

    def check(self) -> None:
        """Raise MachineError, naming what to install or allow, when this host can run no machine."""
