"""Loopback addresses, one for each public IP resource, so that port 22 of each machine stays 22."""

from __future__ import annotations

import contextlib
import errno
import socket
import zlib

from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.errors import ArmError

FIRST, LAST = 4, 250


def allocate(cloud: Cloud) -> str:
    """Return a free address of the emulator's loopback network. Raises ArmError when all are taken."""
    taken = _taken(cloud)
    network = address_network(cloud)
    for number in range(FIRST, LAST):
        address = f"{network}.{number}"
        if address not in taken and not _is_busy(address):
            return address
    raise ArmError(
        400,
        "PublicIPCountLimitReached",
        f"All {LAST - FIRST} loopback addresses of {network}.0/24 are taken: delete public IP addresses, or "
        "start the emulator with another address_network.",
    )


def address_network(cloud: Cloud) -> str:
    """Return the three octets that addresses start with."""
    settings = cloud.settings
    octet = zlib.crc32(str(settings.state_dir.resolve()).encode()) % 256
    return settings.address_network or f"127.77.{octet}"


def _taken(cloud: Cloud) -> set[str]:
    """Return the addresses of public IP resources, and of machines that have none."""
    resources = [
        resource
        for group in cloud.store.groups(cloud.settings.subscription_id)
        for resource in cloud.store.inside(group.id)
    ]
    public = {str(resource.properties.get("ipAddress", "")) for resource in resources}
    return public | {str(resource.inner.get("address", "")) for resource in resources}


def _is_busy(address: str) -> bool:
    """Tell whether somebody else (another emulator) listens on port 22 there."""
    with contextlib.closing(socket.socket()) as probe:
        try:
            probe.bind((address, 22))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False
