"""A real machine behind ARM: what the request planted is found in the guest, over SSH."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import asyncssh
import httpx
import pytest

from aib_airflow.emulator.base_images import catalogue, debian
from aib_airflow.emulator.compute import guests
from aib_airflow.emulator.compute.types import VIRTUAL_MACHINE
from aib_airflow.emulator.identifiers import ResourceId
from aib_airflow.emulator.server import Emulator
from aib_airflow.emulator.settings import Settings

pytestmark = pytest.mark.vm
COMPUTE = {"api_version": "2024-07-01"}
BOOT_TIMEOUT_S = 240


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The marketplace is this host's own cache, made when empty."""
    cache = catalogue.default_cache()
    if not catalogue.list_images(cache):
        debian.build(cache, print)
    return replace(settings, cache_dir=cache)


@pytest.fixture
def azure(settings: Settings) -> Iterator[Emulator]:
    with Emulator(settings) as emulator:
        yield emulator


def body(interface: str, public_key: str) -> dict[str, Any]:
    key = {"path": "/home/packer/.ssh/authorized_keys", "keyData": public_key}
    image = {"publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": "latest"}
    return {
        "location": "westus2",
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
            "storageProfile": {"imageReference": image, "osDisk": {"createOption": "FromImage"}},
            "osProfile": {
                "computerName": "real",
                "adminUsername": "packer",
                "linuxConfiguration": {"ssh": {"publicKeys": [key]}},
            },
            "networkProfile": {"networkInterfaces": [{"id": interface}]},
        },
    }


async def run(address: str, key: asyncssh.SSHKey, command: str) -> str:
    """Run one command on the guest as soon as it lets us in."""
    deadline = time.monotonic() + BOOT_TIMEOUT_S
    while True:
        try:
            async with asyncssh.connect(
                address, username="packer", client_keys=[key], known_hosts=None, config=[], login_timeout=40
            ) as guest:
                return str((await guest.run(command, check=True)).stdout)
        except (OSError, asyncssh.Error):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(1)


def test_the_planted_key_opens_port_22_of_the_public_address(
    azure: Emulator, clients: Any, network: Any
) -> None:
    """Succeeded means QEMU runs; SSH answers later; a guest that powers off reads stopped."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    machines = clients.compute.virtual_machines
    public_key = key.export_public_key().decode()
    machines.begin_create_or_update("build", "real", body(network.interface, public_key), **COMPUTE).result()
    said = asyncio.run(run(network.address, key, "hostname; sudo -n id -u; findmnt -no SIZE /"))
    assert said.split()[:2] == ["real", "0"]
    assert state_seen_by_another_emulator(azure.settings) == "running"
    with contextlib.suppress(OSError, asyncssh.Error):
        asyncio.run(run(network.address, key, "sudo systemctl poweroff"))
    assert power_state(clients) == "PowerState/stopped"
    log = machines.retrieve_boot_diagnostics_data("build", "real", **COMPUTE).serial_console_log_blob_uri
    assert "Linux version" in httpx.get(log, verify=ssl.create_default_context(cafile=azure.ca_bundle)).text
    clients.resource.resource_groups.begin_delete("build").result()
    assert not list((azure.settings.state_dir / "machines").iterdir())


def state_seen_by_another_emulator(settings: Settings) -> str:
    """Return what an emulator that starts after this one died would find."""
    cloud = Emulator(settings).cloud
    machine = cloud.store.of_type(VIRTUAL_MACHINE, ResourceId(settings.subscription_id))[0]
    return guests.power_state(cloud, machine)


def power_state(clients: Any) -> str:
    """Return the power state once it is not running any more."""
    for _ in range(60):
        view = clients.compute.virtual_machines.instance_view("build", "real", **COMPUTE)
        code = view.statuses[-1].code
        if code != "PowerState/running":
            break
        time.sleep(1)
    return str(code)
