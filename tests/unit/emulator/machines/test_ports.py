"""Ports that cannot be had, and the way out."""

from __future__ import annotations

import errno

from aib_airflow.emulator.machines import ports


def test_a_taken_port_is_named_with_its_address_and_how_to_find_who_has_it():
    """The way out is the exact line."""
    text = ports._explained("127.77.0.4", 22, OSError(errno.EADDRINUSE, "in use"))
    assert "port 22 of 127.77.0.4 is taken" in text
    assert "ss -ltnp 'sport = :22'" in text


def test_a_privileged_port_is_named_with_the_setting_that_frees_it():
    """The way out is the exact line."""
    text = ports._explained("127.77.0.4", 22, OSError(errno.EACCES, "denied"))
    assert "port 22 of 127.77.0.4 is for privileged users" in text
    assert "sudo sysctl -w net.ipv4.ip_unprivileged_port_start=22" in text
