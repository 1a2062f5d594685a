"""One machine from the marketplace's base image, booted once for all tests that need it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from aib_airflow.emulator.base_images import catalogue, debian
from aib_airflow.emulator.machines import disks
from aib_airflow.emulator.machines.model import Machine, MachineSpec, PowerState, Provisioning
from aib_airflow.emulator.machines.qemu import QemuHost

BOOT_TIMEOUT_S = 600
BANNER_TIMEOUT_S = 5
USER = "azureuser"


@dataclass(frozen=True)
class Guest:
    """A machine, and the key and pinned host key to log in to it."""

    spec: MachineSpec
    machine: Machine
    key: asyncssh.SSHKey
    host_key: asyncssh.SSHKey

    def run(self, command: str) -> str:
        """Run a command in the guest, waiting for its SSH as long as a boot may take."""
        return asyncio.run(self._run(command, time.monotonic() + BOOT_TIMEOUT_S))

    async def _run(self, command: str, deadline: float) -> str:
        pinned = asyncssh.import_known_hosts(f"{self.spec.address} {_public(self.host_key)}\n")
        while True:
            try:
                async with asyncssh.connect(
                    self.spec.address,
                    username=USER,
                    client_keys=[self.key],
                    known_hosts=pinned,
                    login_timeout=30,
                    connect_timeout=BANNER_TIMEOUT_S,
                    config=None,
                    agent_path=None,
                ) as connection:
                    return str((await connection.run(command, check=True)).stdout)
            except (OSError, asyncssh.ConnectionLost, TimeoutError):
                if time.monotonic() > deadline or self.machine.power_state() is PowerState.STOPPED:
                    pytest.fail(f"no SSH; the console ends with:\n{self.machine.serial_log()[-2000:]}")
                await asyncio.sleep(0.5)

    def wait_until_stopped(self, timeout_s: float = 120) -> None:
        """Wait for the guest to power itself off."""
        deadline = time.monotonic() + timeout_s
        while self.machine.power_state() is PowerState.RUNNING:
            assert time.monotonic() < deadline, self.machine.serial_log()[-2000:]
            time.sleep(0.2)


@pytest.fixture(scope="session")
def base_image() -> catalogue.MarketplaceImage:
    """The newest base image of this user's cache, made now when there is none."""
    cache = catalogue.default_cache()
    images = catalogue.list_images(cache)
    return images[-1] if images else debian.build(cache, print)


@pytest.fixture(scope="session")
def guest(base_image, tmp_path_factory) -> Iterator[Guest]:
    """A booting machine with a disk larger than the image, whose host key came through customData."""
    folder = tmp_path_factory.mktemp("guest")
    key, host_key = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    spec = MachineSpec(
        name="contract",
        folder=folder / "machine",
        os_disk=folder / "os.qcow2",
        cpus=2,
        memory_mb=1024,
        address="127.77.99.1",
        provisioning=Provisioning("contract-1", "contract", USER, (_public(key),), _custom_data(host_key)),
        private_address="10.4.0.7",
        subnet="10.4.0.0/24",
    )
    disks.create_overlay(base_image.disk_path, spec.os_disk, size_gb=base_image.size_gb + 2)
    machine = QemuHost().machine(spec)
    machine.start()
    yield Guest(spec, machine, key, host_key)
    machine.kill()


@pytest.fixture(scope="session")
def powered_off(guest) -> Guest:
    """The same machine after its guest has powered itself off."""
    guest.run("echo kept > /home/azureuser/kept; sync; sudo systemctl --no-block poweroff")
    guest.wait_until_stopped()
    return guest


@pytest.fixture(scope="session")
def vhd(powered_off, tmp_path_factory) -> Path:
    """The machine's disk as a VHD, with nothing else beside it."""
    target = tmp_path_factory.mktemp("vhd") / "os.vhd"
    disks.export_vhd(powered_off.spec.os_disk, target)
    return target


def _custom_data(host_key: asyncssh.SSHKey) -> bytes:
    """Plant the host key as a build does: cloud-config in customData."""
    private = host_key.export_private_key().decode().replace("\n", "\n    ").rstrip()
    return f"#cloud-config\nssh_keys:\n  ed25519_private: |\n    {private}\n".encode() + (
        f"  ed25519_public: {_public(host_key)}\nruncmd: [touch /run/custom-data-ran]\n".encode()
    )


def _public(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode().strip()
