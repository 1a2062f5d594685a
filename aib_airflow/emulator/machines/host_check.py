"""Say what this host lacks to run machines, before one is asked for."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable

from aib_airflow.emulator import host_packages
from aib_airflow.emulator.machines.model import MachineError

PROBE_ADDRESS = "127.77.255.254"
SSH_PORT = 22

ALLOW_LOW_PORTS = "sudo sysctl -w net.ipv4.ip_unprivileged_port_start=22"


def check_host() -> None:
    """Raise MachineError that names every missing package, or why port 22 cannot be had on loopback."""
    lacking = host_packages.missing()
    if lacking:
        names = ", ".join(f"{package.name} ({package.why})" for package in lacking)
        raise MachineError(f"this host lacks {names}; run: {host_packages.install_line(lacking)}")
    require_free_ports(PROBE_ADDRESS, (SSH_PORT,))


def require_free_ports(address: str, ports: Iterable[int]) -> None:
    """Bind each port for a moment. Raises MachineError with the address, the port and the way out."""
    for port in ports:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((address, port))
                listener.listen(1)
            except OSError as error:
                raise MachineError(_explained(address, port, error)) from error


def _explained(address: str, port: int, error: OSError) -> str:
    where = f"port {port} of {address}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is taken by another program, perhaps one that listens on all addresses; see it with "
            f"`ss -ltnp 'sport = :{port}'` and stop it, or bind it to one address "
            f"(sshd: ListenAddress in /etc/ssh/sshd_config)"
        )
    if error.errno == errno.EACCES:
        return (
            f"{where} is for privileged users; run as root, give CAP_NET_BIND_SERVICE to "
            f"qemu-system-x86_64 and to Python, or allow low ports to all: {ALLOW_LOW_PORTS}"
        )
    return f"{where} cannot be had: {error.strerror}"
