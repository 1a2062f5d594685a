"""The demo's image, looked at by those who did not build it: debugfs, QEMU, SSH, and Airflow's database."""

from __future__ import annotations

import asyncio
import base64
import json
import sqlite3
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from aib_airflow.emulator.machines import disks
from aib_airflow.emulator.machines.model import Machine, MachineSpec, Provisioning
from aib_airflow.emulator.machines.qemu import QemuHost
from aib_airflow.machine import ADMIN_USERNAME
from aib_airflow.remote.keys import BuildKeys
from aib_airflow.remote.ssh import ConnectionLostError, SshTarget, connect

pytestmark = pytest.mark.vm

SECTOR_BYTES = 512
ADDRESS = "127.77.250.9"


class Disk:
    """A VHD's root file system, read without booting it."""

    def __init__(self, vhd: Path) -> None:
        table = json.loads(subprocess.check_output(["sfdisk", "--json", str(vhd)], stderr=subprocess.DEVNULL))
        # The ESP comes first, the root behind it.
        self._device = f"{vhd}?offset={table['partitiontable']['partitions'][-1]['start'] * SECTOR_BYTES}"

    def read(self, path: str) -> str:
        return self._debugfs(f"cat {path}")

    def list(self, path: str) -> set[str]:
        lines = self._debugfs(f"ls -p {path}").splitlines()
        return {line.split("/")[5] for line in lines if line} - {".", ".."}

    def _debugfs(self, command: str) -> str:
        return subprocess.check_output(
            ["debugfs", "-R", command, self._device], text=True, stderr=subprocess.DEVNULL
        )


@pytest.fixture(scope="module")
def disk(demo) -> Disk:
    return Disk(Path(demo.result["vhd"]))


def test_the_result_says_what_was_built(demo) -> None:
    """One JSON object on stdout, whose figures are those of the files."""
    result = demo.result
    assert result["image_version_id"].endswith("/galleries/demo/images/debian12-baseline/versions/1.0.0")
    assert result["regions"] == ["eastus", "westus2"]
    assert {"openssh-server", "cloud-init", "waagent"} <= result["packages"].keys()
    stages = {stage["task_id"]: stage for stage in result["stages"]}
    assert {stage["state"] for stage in stages.values()} == {"success"}
    assert stages["provision"]["seconds"] > stages["reserve"]["seconds"]
    assert 0 < result["overhead_s"] < result["total_s"]


def test_the_vhd_is_a_fixed_one_of_azures_size(demo) -> None:
    """Whole mebibytes and a footer of 512 bytes: what Azure accepts."""
    vhd = Path(demo.result["vhd"])
    size = vhd.stat().st_size
    assert (size - 512) % 2**20 == 0
    with vhd.open("rb") as file:
        file.seek(-512, 2)
        assert file.read(8) == b"conectix"
    assert vhd.stat().st_blocks * 512 < size / 2, "holes stay holes"


def test_nothing_of_the_build_is_on_the_disk(disk) -> None:
    """Looked at before anything boots it."""
    assert disk.read("/etc/machine-id") == ""
    assert not {name for name in disk.list("/etc/ssh") if name.startswith("ssh_host_")}
    assert ADMIN_USERNAME not in disk.read("/etc/passwd") + disk.read("/etc/shadow") + disk.read("/etc/group")
    assert ADMIN_USERNAME not in disk.list("/home")
    assert "90-cloud-init-users" not in disk.list("/etc/sudoers.d")
    assert not {".bash_history", ".ssh"} & disk.list("/root") or "ssh-ed25519" not in disk.read(
        "/root/.ssh/authorized_keys"
    )
    assert "aib" not in disk.list("/var/tmp")
    assert "cloud" not in disk.list("/var/lib") or not disk.list("/var/lib/cloud/instances")


def test_the_disk_holds_what_the_customizers_did(disk) -> None:
    """Each kind of customizer has left its mark: inline, script, file."""
    assert "IMAGE_NAME=debian12-baseline" in disk.read("/etc/image-release")
    assert "PermitRootLogin no" in disk.read("/etc/ssh/sshd_config.d/50-hardening.conf")
    assert "authorised use only" in disk.read("/etc/issue.net")


@pytest.fixture(scope="module")
def booted(demo, tmp_path_factory) -> Iterator[Callable[[str], str]]:
    """A machine made from the VHD alone, with another user, another key and another host key."""
    folder = tmp_path_factory.mktemp("boot")
    keys = BuildKeys.generate()
    os_disk = folder / "disk.qcow2"
    disks.create_overlay(Path(demo.result["vhd"]), os_disk)
    person = Provisioning("i-boot", "booted", "somebody", (keys.public_key,), keys.cloud_config().encode())
    machine = QemuHost().machine(MachineSpec("boot", folder / "machine", os_disk, 2, 1024, ADDRESS, person))
    target = SshTarget(ADDRESS, "somebody", keys.host_public_key, keys.private_key)

    async def run(command: str) -> str:
        async with connect(target) as connection:
            return (await connection.run(command)).decode().strip()

    machine.start()
    try:
        _wait_until_booted(run, machine)
        yield lambda command: asyncio.run(run(command))
    finally:
        machine.kill()


def _wait_until_booted(run: Callable[[str], Awaitable[str]], machine: Machine) -> None:
    for _ in range(150):
        try:
            asyncio.run(run("cloud-init status --wait >/dev/null; true"))
        except ConnectionLostError:
            time.sleep(1)
        else:
            return
    pytest.fail(f"no SSH; its serial console ends with {machine.serial_log()[-2000:]}")


def test_the_image_boots_on_its_own_and_takes_a_new_user(booted) -> None:
    """UEFI, GRUB, kernel and cloud-init work without the emulator; the machine is somebody new."""
    assert booted("id -un") == "somebody"
    assert len(booted("cat /etc/machine-id")) == 32
    assert booted("test -d /sys/firmware/efi && echo uefi") == "uefi"
    assert booted(f"id {ADMIN_USERNAME} 2>&1 || true").startswith("id:")


def test_what_the_customizers_did_works(booted) -> None:
    """Not only is it on the disk: it is in force."""
    config = booted("sudo sshd -T")
    assert "permitrootlogin no" in config
    assert "passwordauthentication no" in config
    assert booted("cat /proc/sys/kernel/kptr_restrict") == "2"


def test_the_new_version_is_an_asset_event(demo) -> None:
    """Other DAGs can be scheduled on the image, and read from the event what it is."""
    query = "select asset.uri, event.extra from asset_event event join asset on asset.id = event.asset_id"
    with sqlite3.connect(demo.work / "airflow" / "airflow.db") as database:
        ((uri, extra),) = database.execute(query).fetchall()
    event = json.loads(extra)
    assert uri == "aib://demo/debian12-baseline"
    assert event["version"] == "1.0.0"
    assert event["regions"] == ["westus2", "eastus"]
    assert event["source"].startswith("0.20")
    assert len(event["digest"]) == 64


def test_the_build_left_nothing_in_azure(demo) -> None:
    """Its group is gone; the gallery's stays."""
    groups = {path.name for path in demo.work.glob("emulator/subscriptions/*/resourceGroups/*")}
    groups |= {path.name for path in demo.work.glob("emulator/subscriptions/*/resourcegroups/*")}
    assert groups == {"images"}


def test_no_private_key_is_in_airflows_database_or_logs(demo) -> None:
    """Keys are variables, encrypted, and gone when the build is closed."""
    mark = b"OPENSSH PRIVATE KEY"
    encoded = base64.b64encode(b"-----BEGIN " + mark)[:24]
    for path in [*demo.work.glob("airflow/airflow.db*"), *demo.work.glob("airflow/logs/**/*.log*")]:
        content = path.read_bytes()
        assert mark not in content, path
        assert encoded not in content, path
    with sqlite3.connect(demo.work / "airflow" / "airflow.db") as database:
        assert database.execute("select count(*) from variable").fetchone() == (0,)
