"""Commands for disk images, and errors that say what to do."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from aib_airflow.emulator.machines import disks, tools
from aib_airflow.emulator.machines.disks import DiskError


class DiskUsage(NamedTuple):
    """What shutil.disk_usage returns, as far as it is read."""

    free: int


def test_an_overlay_names_its_backing_image_wholly():
    """A relative name would be looked for beside the overlay; a missing format would be guessed."""
    argv = disks.overlay_argv(Path("base.raw"), "raw", Path("/machines/os.qcow2"), 30)
    assert argv[argv.index("-b") + 1] == str(Path.cwd() / "base.raw")
    assert argv[argv.index("-F") + 1] == "raw"
    assert argv[-2:] == ["/machines/os.qcow2", "30G"]


@pytest.mark.parametrize(
    ("head", "tail", "expected"),
    [(b"QFI\xfb", b"", "qcow2"), (b"", b"conectix".ljust(512, b"\0"), "vpc"), (b"", b"\0" * 512, "raw")],
)
def test_a_format_is_told_by_its_marks(head, tail, expected, tmp_path):
    """A fixed VHD has its mark in the last 512 bytes only."""
    image = tmp_path / "image"
    image.write_bytes(head.ljust(4096, b"\0") + tail)
    assert disks.image_format(image) == expected


def test_an_image_that_is_not_there_is_named(tmp_path):
    """The path is in the message."""
    with pytest.raises(DiskError, match=r"cannot read the disk image .*gone\.qcow2: No such file"):
        disks.image_format(tmp_path / "gone.qcow2")


def test_a_full_disk_is_told_before_the_copy_with_what_is_needed_and_free(tmp_path, monkeypatch):
    """Needed and free in MiB, and the folder: all that a person asks next."""
    monkeypatch.setattr(disks.shutil, "disk_usage", lambda path: DiskUsage(3 * disks.MIB))
    with pytest.raises(DiskError) as caught:
        disks._require_space(700 * disks.MIB, tmp_path / "os.qcow2")
    assert "os.qcow2 needs 701 MiB" in str(caught.value)
    assert f"{tmp_path} has 3 MiB free" in str(caught.value)


def test_a_disk_that_fills_up_meanwhile_is_told_as_such(tmp_path):
    """qemu-img says it in its own words."""
    error = disks._explained("qemu-img: error while writing: No space left on device", tmp_path / "os.vhd")
    assert f"disk full while writing {tmp_path / 'os.vhd'}" in str(error)


def test_a_missing_qemu_img_is_told_with_its_apt_line(tmp_path, monkeypatch):
    """No traceback of a missing file."""
    monkeypatch.setattr(tools, "find_command", lambda name: None)
    with pytest.raises(
        tools.MachineError, match=r"qemu-img is not installed: sudo apt-get install .* qemu-utils"
    ):
        disks.create_empty(tmp_path / "data.qcow2", 1)


def test_a_failed_write_leaves_nothing_under_the_name(tmp_path):
    """A target is whole or absent, and so is its temporary file."""

    def write_half() -> None:
        with disks._whole(tmp_path / "os.qcow2") as partial:
            partial.write_bytes(b"half")
            raise OSError(5, "boom")

    with pytest.raises(DiskError, match=r"os\.qcow2: boom"):
        write_half()
    assert list(tmp_path.iterdir()) == []
