"""Say what this host lacks to run machines, before one is asked for."""

from __future__ import annotations

from aib_airflow.emulator import host_packages
from aib_airflow.emulator.machines.model import MachineError
from aib_airflow.emulator.machines.ports import PROBE_ADDRESS, host_ports

SSH_PORT = 22


def check_host() -> None:
    """Raise MachineError that names every missing package, or why port 22 cannot be had on loopback."""
    lacking = host_packages.missing()
    if lacking:
        names = ", ".join(f"{package.name} ({package.why})" for package in lacking)
        raise MachineError(f"this host lacks {names}; run: {host_packages.install_line(lacking)}")
    host_ports(PROBE_ADDRESS, (SSH_PORT,))
