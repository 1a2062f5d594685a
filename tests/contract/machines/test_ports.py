"""A machine's port is its own although another program holds that number on every address."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from aib_airflow.emulator.machines import ports, tools
from aib_airflow.emulator.machines.model import MachineError

pytestmark = pytest.mark.vm  # it needs nft, and the rights that machines need
ADDRESS = "127.77.251.7"


@pytest.fixture
def held_everywhere(monkeypatch) -> Iterator[int]:
    """A port on which some server listens on all addresses, as sshd does, and rules of the test's own."""
    monkeypatch.setattr(ports, "TABLE", "ip aib_emulator_test")
    with socket.create_server(("0.0.0.0", 0)) as server:
        port = server.getsockname()[1] % 20000 + 20000
    with socket.create_server(("0.0.0.0", port)):
        yield port
    tools.run(ports._as_root("nft", "delete table ip aib_emulator_test"))


def test_connections_are_led_around_a_server_that_listens_everywhere(held_everywhere: int) -> None:
    """Clients use the machine's port; QEMU listens on another."""
    (listened,) = ports.host_ports(ADDRESS, [held_everywhere]).values()
    assert listened == held_everywhere + ports.DETOUR
    with socket.create_server((ADDRESS, listened)) as machine:
        client = socket.create_connection((ADDRESS, held_everywhere), timeout=5)
        accepted, _ = machine.accept()
        accepted.sendall(b"the machine")
        assert client.recv(20) == b"the machine"
        accepted.close()
        client.close()


def test_the_detour_is_found_again(held_everywhere: int) -> None:
    """Another process, later, adds no second rule and listens where the first one leads."""
    first = ports.host_ports(ADDRESS, [held_everywhere])
    assert ports.host_ports("127.77.251.8", [held_everywhere]) == first
    listed = tools.run(ports._as_root("nft", f"list table {ports.TABLE}"))
    assert listed.count("dnat") == 1


def test_a_free_port_is_listened_on_itself() -> None:
    """No rule where none is needed."""
    with socket.create_server((ADDRESS, 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(MachineError, match=f"port {port} of {ADDRESS} is taken"):
            ports.host_ports(ADDRESS, [port])
    assert ports.host_ports(ADDRESS, [port]) == {port: port}
