"""A real machine: it boots, is reached, is found again, powers off, and its disk lives on. In this order."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from aib_airflow.emulator.machines import disks
from aib_airflow.emulator.machines.disks import DiskError
from aib_airflow.emulator.machines.model import MachineError, PowerState
from aib_airflow.emulator.machines.qemu import QemuHost

pytestmark = pytest.mark.vm

ADOPT = """
import sys
from pathlib import Path
from aib_airflow.emulator.machines.model import MachineSpec, Provisioning
from aib_airflow.emulator.machines.qemu import QemuHost

folder, os_disk, address = sys.argv[1:]
spec = MachineSpec("contract", Path(folder), Path(os_disk), 2, 1024, address, Provisioning("", "", ""))
machine = QemuHost().machine(spec)
machine.start()
print(machine.power_state())
"""


def test_a_machine_that_boots_is_running_before_it_answers(guest):
    """Azure too calls a machine running while its guest still boots; its disk is locked meanwhile."""
    assert guest.machine.power_state() is PowerState.RUNNING
    with pytest.raises(DiskError, match="in use by a running machine"):
        disks.copy(guest.spec.os_disk, guest.spec.folder / "copy.qcow2")


def test_a_later_process_finds_the_running_machine(guest):
    """The folder is the state: another process starts nothing, and sees it run."""
    before = guest.spec.folder.joinpath("runtime.json").read_bytes()
    arguments = [str(guest.spec.folder), str(guest.spec.os_disk), guest.spec.address]
    done = subprocess.run(
        [sys.executable, "-c", ADOPT, *arguments], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "running"
    assert guest.spec.folder.joinpath("runtime.json").read_bytes() == before


def test_a_second_machine_on_the_same_address_is_refused_by_address_and_port(guest, tmp_path):
    """Before QEMU is started, in words that name both."""
    disk = tmp_path / "other.qcow2"
    disks.create_empty(disk, 1)
    other = QemuHost().machine(replace(guest.spec, name="other", folder=tmp_path / "m", os_disk=disk))
    with pytest.raises(MachineError, match=r"port 22 of 127\.77\.99\.1 is taken"):
        other.start()


def test_the_admin_user_gets_in_by_key_to_the_planted_host_key_and_is_root_by_sudo(guest):
    """The connection pins the key of customData, so the provisioning and customData both took effect."""
    assert guest.run("hostname; id -un; sudo -n id -un").split() == ["contract", "azureuser", "root"]


def test_the_guest_has_its_private_address_and_all_of_its_disk(guest):
    """DHCP gave the address of the spec; the root file system was grown to the larger disk."""
    assert "10.4.0.7/24" in guest.run("ip -br -4 address")
    size_mib = int(guest.run("df --output=size -BM / | tail -1").strip().removesuffix("M"))
    assert size_mib > 5 * 1024


def test_cloud_init_ends_without_an_error_and_no_unit_fails(guest):
    """Nothing waits for a metadata service that is not there; commands of customData ran."""
    status = json.loads(guest.run("sudo cloud-init status --wait --format json"))
    assert (status["status"], status["errors"]) == ("done", [])
    assert guest.run("ls /run/custom-data-ran; systemctl --failed --no-legend --plain").split() == [
        "/run/custom-data-ran"
    ]


def test_the_console_is_logged(guest):
    """Boot diagnostics, from the kernel on."""
    assert "Linux version" in guest.machine.serial_log()


def test_a_guest_that_powers_off_is_stopped_and_stopping_again_is_fine(powered_off):
    """QEMU ends with its guest; `stop` and `kill` of a stopped machine change nothing."""
    powered_off.machine.stop()
    powered_off.machine.kill()
    assert powered_off.machine.power_state() is PowerState.STOPPED
    with pytest.raises(MachineError, match="contract is stopped"):
        powered_off.machine.restart()


def test_a_copy_shares_only_the_base(powered_off, base_image, tmp_path):
    """A snapshot lives on when the disk it was taken of is gone."""
    target = tmp_path / "snapshot.qcow2"
    disks.copy(powered_off.spec.os_disk, target)
    information = json.loads(
        subprocess.run(["qemu-img", "info", "--output=json", target], check=True, capture_output=True).stdout
    )
    assert information["full-backing-filename"] == str(base_image.disk_path)
    assert subprocess.run(["qemu-img", "check", "-q", target], check=False).returncode == 0


def test_a_flattened_disk_needs_no_other_file(powered_off, tmp_path):
    """And holds the same bytes."""
    target = tmp_path / "flat.qcow2"
    disks.flatten(powered_off.spec.os_disk, target)
    information = subprocess.run(["qemu-img", "info", target], check=True, capture_output=True).stdout
    assert b"backing file" not in information
    compared = subprocess.run(["qemu-img", "compare", "-q", powered_off.spec.os_disk, target], check=False)
    assert compared.returncode == 0


def test_the_vhd_is_as_azure_takes_it(vhd, powered_off):
    """Whole MiB and a footer of 512 bytes that says the same size; sparse here; the disk's bytes."""
    size_bytes = disks.virtual_size_bytes(powered_off.spec.os_disk)
    footer = _last_bytes(vhd, 512)
    assert vhd.stat().st_size == size_bytes + 512
    assert size_bytes % disks.MIB == 0
    assert footer[:8] == b"conectix"
    assert int.from_bytes(footer[48:56], "big") == size_bytes
    assert vhd.stat().st_blocks * 512 < size_bytes / 2
    arguments = ["-f", "qcow2", "-F", "vpc", powered_off.spec.os_disk, vhd]
    assert subprocess.run(["qemu-img", "compare", "-q", *arguments], check=False).returncode == 0


def test_an_export_reports_bytes_up_to_the_whole(powered_off, tmp_path):
    """A bar that grows and ends full."""
    told: list[tuple[int, int]] = []
    disks.export_vhd(powered_off.spec.os_disk, tmp_path / "os.vhd", report=lambda *both: told.append(both))
    size_bytes = disks.virtual_size_bytes(powered_off.spec.os_disk)
    assert told[-1] == (size_bytes, size_bytes)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_the_vhd_boots_alone_and_keeps_what_was_written(vhd, powered_off, tmp_path):
    """A second machine from the VHD and nothing else: a new instance, with the files of the first."""
    provisioning = replace(powered_off.spec.provisioning, instance_id="contract-2", hostname="second")
    spec = replace(
        powered_off.spec,
        name="second",
        folder=tmp_path / "machine",
        os_disk=vhd,
        address="127.77.99.2",
        provisioning=provisioning,
    )
    second = replace(powered_off, spec=spec, machine=QemuHost().machine(spec))
    second.machine.start()
    try:
        assert second.run("cat /home/azureuser/kept; hostname").split() == ["kept", "second"]
        second.machine.stop(timeout_s=60)
        assert "Power down" in second.machine.serial_log()
    finally:
        second.machine.kill()


def _last_bytes(path: Path, count: int) -> bytes:
    with path.open("rb") as file:
        file.seek(-count, 2)
        return file.read()
