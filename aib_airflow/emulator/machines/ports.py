"""Where the host listens for a machine's ports: the same numbers, or a detour around a program that has them.

A machine answers on an address of its own, so that its port 22 is 22. Most Debian servers have an sshd that
listens on port 22 of every address, and Linux then gives it to nobody else; a rule of nftables leads
connections to the machines' network around it.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterable

from aib_airflow.emulator.host_packages import find_command
from aib_airflow.emulator.machines import tools
from aib_airflow.emulator.machines.model import MachineError

DETOUR = 10_000
"""Added to a port that another program holds on every address."""

NETWORK = "127.77.0.0/16"
PROBE_ADDRESS = "127.77.255.254"
TABLE = "ip aib_emulator"
ALLOW_LOW_PORTS = "sudo sysctl -w net.ipv4.ip_unprivileged_port_start=22"


def host_ports(address: str, ports: Iterable[int]) -> dict[int, int]:
    """Return, for each port of a machine at `address`, the free one that QEMU is to listen on.

    Raises MachineError with the address, the port and the way out.
    """
    return {port: _host_port(address, port) for port in ports}


def _host_port(address: str, port: int) -> int:
    if not _is_led_around(port):
        if not _is_taken_everywhere(port):
            return _require_free(address, port)
        _lead_around(port)
    return _require_free(address, port + DETOUR)


def _require_free(address: str, port: int) -> int:
    try:
        _listen_for_a_moment(address, port)
    except OSError as error:
        raise MachineError(_explained(address, port, error)) from error
    return port


def _is_taken_everywhere(port: int) -> bool:
    try:
        _listen_for_a_moment(PROBE_ADDRESS, port)
    except OSError as error:
        return error.errno == errno.EADDRINUSE
    return False


def _listen_for_a_moment(address: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(1)


def _is_led_around(port: int) -> bool:
    """Tell whether an earlier machine's rule is there; it stays until the next boot of this host."""
    if find_command("nft") is None:
        return False
    try:
        return f"dport {port} " in tools.run(_as_root("nft", f"list table {TABLE}"))
    except tools.ToolError:
        return False


def _lead_around(port: int) -> None:
    """Send what goes to this port of the machines' network to another port of the same address."""
    rule = f"ip daddr {NETWORK} tcp dport {port} dnat to :{port + DETOUR}"
    chain = f"{TABLE} output"
    script = f"add table {TABLE}; add chain {chain} {{ type nat hook output priority -100; }}; add rule {chain} {rule}"
    try:
        tools.run(_as_root("nft", script))
    except tools.ToolError as error:
        raise MachineError(
            f"port {port} is held on every address by another program (see `ss -ltnp 'sport = :{port}'`), and "
            f"nftables does not lead the machines around it: {error.output}; stop that program, or bind it to "
            "one address (sshd: ListenAddress in /etc/ssh/sshd_config)"
        ) from error


def _as_root(*argv: str) -> list[str]:
    return [*argv] if os.geteuid() == 0 else ["sudo", "-n", *argv]


def _explained(address: str, port: int, error: OSError) -> str:
    where = f"port {port} of {address}"
    if error.errno == errno.EADDRINUSE:
        return f"{where} is taken by another program; see it with `ss -ltnp 'sport = :{port}'` and stop it"
    if error.errno == errno.EACCES:
        return (
            f"{where} is for privileged users; run as root, give CAP_NET_BIND_SERVICE to "
            f"qemu-system-x86_64 and to Python, or allow low ports to all: {ALLOW_LOW_PORTS}"
        )
    return f"{where} cannot be had: {error.strerror}"
