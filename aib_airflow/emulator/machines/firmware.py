"""Find the UEFI firmware (OVMF) and give every machine its own copy of the firmware's variables."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aib_airflow.emulator.host_packages import install_line_of
from aib_airflow.emulator.machines.model import MachineError

DEBIAN_CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd"


@dataclass(frozen=True, slots=True)
class Firmware:
    """The firmware's code, shared by all machines, and the template of its variables."""

    code: Path
    variables: Path


KNOWN = (
    Firmware(Path(DEBIAN_CODE), Path("/usr/share/OVMF/OVMF_VARS_4M.fd")),
    Firmware(Path("/usr/share/edk2/ovmf/OVMF_CODE.fd"), Path("/usr/share/edk2/ovmf/OVMF_VARS.fd")),
    Firmware(Path("/usr/share/edk2/x64/OVMF_CODE.4m.fd"), Path("/usr/share/edk2/x64/OVMF_VARS.4m.fd")),
)
"""Where Debian, Fedora and Arch put it, without Secure Boot."""


def find_firmware(candidates: Iterable[Firmware] = KNOWN) -> Firmware:
    """Return the first firmware of this host. Raises MachineError with the line that installs it."""
    for firmware in candidates:
        if firmware.code.exists() and firmware.variables.exists():
            return firmware
    raise MachineError(f"no UEFI firmware (OVMF) on this host: {install_line_of(DEBIAN_CODE)}")


def keep_variables(firmware: Firmware, target: Path) -> None:
    """Copy the variables for one machine, unless an earlier start did: boot entries outlive a power-off."""
    if not target.exists():
        shutil.copyfile(firmware.variables, target)
