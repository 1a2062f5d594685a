"""What the host's programs make of our files: the probe's boot code, the seed, and broken disks."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from aib_airflow.emulator.machines import accelerator, disks
from aib_airflow.emulator.machines.disks import DiskError
from aib_airflow.emulator.machines.model import MachineError, MachineSpec, PowerState, Provisioning
from aib_airflow.emulator.machines.qemu import QemuHost
from aib_airflow.emulator.machines.seed import write_seed

pytestmark = pytest.mark.vm

PROVISIONING = Provisioning("i-1", "web", "ada", ("ssh-ed25519 AAAA",), b"#!/bin/sh\nexit 0\n")


def test_the_probes_boot_code_really_runs():
    """Under emulation, which always works: so a failure under KVM is KVM's."""
    assert accelerator.runs_a_guest("tcg", timeout_s=60)


def test_a_guest_that_does_not_get_there_in_time_does_not_run():
    """A KVM that hangs is given up on."""
    assert not accelerator.runs_a_guest("tcg", timeout_s=0.01)


def test_the_seed_is_a_file_system_with_cloud_inits_label(tmp_path):
    """cloud-init looks for the label, then for these names."""
    write_seed(PROVISIONING, tmp_path / "seed", tmp_path / "seed.img")
    image = tmp_path / "seed.img"
    listing = subprocess.run(["mdir", "-b", "-i", image], check=True, capture_output=True, text=True).stdout
    user_data = subprocess.run(["mtype", "-i", image, "::user-data"], check=True, capture_output=True).stdout
    assert b"CIDATA" in image.read_bytes()
    assert {Path(name).name for name in listing.split()} == {"meta-data", "user-data", "vendor-data"}
    assert user_data == PROVISIONING.custom_data


def test_a_disk_may_grow_but_not_shrink(tmp_path):
    """The error has both sizes."""
    disks.create_empty(tmp_path / "base.qcow2", 2)
    disks.create_overlay(tmp_path / "base.qcow2", tmp_path / "larger.qcow2", size_gb=3)
    assert disks.virtual_size_bytes(tmp_path / "larger.qcow2") == 3 * disks.GIB
    with pytest.raises(DiskError, match=r"small\.qcow2: 1 GiB is smaller than .*which has 2 GiB"):
        disks.create_overlay(tmp_path / "base.qcow2", tmp_path / "small.qcow2", size_gb=1)


def test_a_disk_of_odd_size_is_no_vhd_for_azure(tmp_path):
    """Refused with the size, and nothing is written."""
    odd = tmp_path / "odd.raw"
    odd.write_bytes(b"\0" * (disks.MIB + 512))
    with pytest.raises(DiskError, match="1049088 bytes are not whole MiB"):
        disks.export_vhd(odd, tmp_path / "odd.vhd")
    assert list(tmp_path.iterdir()) == [odd]


def test_a_machine_that_qemu_refuses_is_told_in_qemus_words_and_stays_stopped(tmp_path):
    """A disk whose base is gone."""
    disks.create_empty(tmp_path / "base.qcow2", 1)
    disks.create_overlay(tmp_path / "base.qcow2", tmp_path / "os.qcow2")
    tmp_path.joinpath("base.qcow2").unlink()
    spec = MachineSpec(
        "broken", tmp_path / "machine", tmp_path / "os.qcow2", 1, 256, "127.77.99.3", PROVISIONING
    )
    machine = QemuHost().machine(spec)
    with pytest.raises(MachineError, match=r"machine broken does not start: .*base\.qcow2"):
        machine.start()
    assert machine.power_state() is PowerState.STOPPED


def test_a_machine_is_started_twice_reset_and_killed(tmp_path):
    """A second start changes nothing; a reset keeps the process; a cut of the power ends it at once."""
    disks.create_empty(tmp_path / "os.qcow2", 1)
    spec = MachineSpec("m", tmp_path / "machine", tmp_path / "os.qcow2", 1, 256, "127.77.99.4", PROVISIONING)
    machine = QemuHost().machine(spec)
    runtime = spec.folder / "runtime.json"
    machine.start()
    try:
        first = runtime.read_bytes()
        machine.start()
        QemuHost().machine(replace(spec)).restart()
        assert (runtime.read_bytes(), machine.power_state()) == (first, PowerState.RUNNING)
    finally:
        machine.kill()
    assert machine.power_state() is PowerState.STOPPED
