"""What this host lacks, and the way out."""

from __future__ import annotations

import errno

import pytest

from aib_airflow.emulator import host_packages
from aib_airflow.emulator.host_packages import HostPackage
from aib_airflow.emulator.machines import host_check
from aib_airflow.emulator.machines.model import MachineError


def test_a_taken_port_is_named_with_its_address_and_how_to_find_who_has_it():
    """A wildcard sshd takes port 22 of every loopback address."""
    text = host_check._explained("127.77.0.4", 22, OSError(errno.EADDRINUSE, "in use"))
    assert "port 22 of 127.77.0.4 is taken" in text
    assert "ss -ltnp 'sport = :22'" in text
    assert "ListenAddress" in text


def test_a_privileged_port_is_named_with_the_setting_that_frees_it():
    """The way out is the exact line."""
    text = host_check._explained("127.77.0.4", 22, OSError(errno.EACCES, "denied"))
    assert "port 22 of 127.77.0.4 is for privileged users" in text
    assert "sudo sysctl -w net.ipv4.ip_unprivileged_port_start=22" in text


def test_missing_packages_are_named_with_their_reason_and_one_line(monkeypatch):
    """One line installs them all."""
    lacking = (HostPackage("ovmf", "is the firmware", "/x"), HostPackage("mtools", "writes FAT", "mcopy"))
    monkeypatch.setattr(host_packages, "missing", lambda: lacking)
    with pytest.raises(MachineError, match=r"ovmf \(is the firmware\).*install .* ovmf mtools$"):
        host_check.check_host()
