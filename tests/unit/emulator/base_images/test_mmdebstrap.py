"""mmdebstrap's command and what a person sees of its work."""

from __future__ import annotations

import tarfile
from pathlib import Path

from aib_airflow.emulator.base_images import debian, guest_files, mmdebstrap
from aib_airflow.emulator.base_images.apt_sources import AptSource
from aib_airflow.emulator.base_images.guest_files import GuestFiles
from aib_airflow.emulator.base_images.mmdebstrap import mmdebstrap_argv, progress

SOURCE = AptSource("http://mirror.example/debian", "bookworm", ("main",))
FILES = GuestFiles(Path("/tmp/a b/early.tar"), Path("/tmp/a b/late.tar"))


def argv() -> list[str]:
    return mmdebstrap_argv(
        [SOURCE], FILES, "/proc/self/fd/7", 4096, ['Acquire::http::Proxy "http://proxy:3128";']
    )


def test_the_hosts_sources_and_proxy_are_used():
    """No mirror is built in."""
    assert argv()[-1] == "deb http://mirror.example/debian bookworm main"
    assert '--aptopt=Acquire::http::Proxy "http://proxy:3128";' in argv()


def test_the_guests_files_are_unpacked_before_and_after_the_packages():
    """A folder with a blank stays one word."""
    assert "--extract-hook=tar-in '/tmp/a b/early.tar' /" in argv()
    assert "--customize-hook=tar-in '/tmp/a b/late.tar' /" in argv()


def test_the_disk_is_filled_by_the_last_hook():
    """What a later hook changed would not be on the disk."""
    hooks = [argument for argument in argv() if argument.startswith(("--customize", "--chrooted"))]
    assert "mke2fs" in hooks[-1]
    assert "/proc/self/fd/7" in hooks[-1]


def test_progress_counts_packages_of_both_rounds():
    """mmdebstrap installs the essential packages first; the total grows when apt knows the others."""
    output = [
        "I: running apt-get update...",
        "0 upgraded, 20 newly installed, 0 to remove and 0 not upgraded.",
        *[f"Setting up essential-{number} (1.0) ..." for number in range(20)],
        "0 upgraded, 30 newly installed, 0 to remove and 0 not upgraded.",
        *[f"Setting up package-{number} (1.0) ..." for number in range(30)],
    ]
    assert list(progress(output)) == [
        "mmdebstrap: package lists",
        "mmdebstrap: 20 of 20 packages",
        "mmdebstrap: 40 of 50 packages",
    ]


def test_an_error_has_the_last_lines():
    """The reason of a failure is at the end of the output."""
    output = [f"line {number}\n" for number in range(100)] + ["E: no network\n"]
    told = mmdebstrap._follow(output, lambda line: None)
    assert told.endswith("line 99 / E: no network")
    assert "line 50" not in told


def test_the_guests_files_are_roots_whoever_packs_them():
    """sudo and sshd refuse files of somebody else."""
    with guest_files.packed(debian.GUEST_ROOT) as files:
        with tarfile.open(files.after_packages) as tar:
            members = {member.name: member for member in tar}
        with tarfile.open(files.before_packages) as tar:
            early = set(tar.getnames())
    assert "etc/fstab" in members
    assert {(member.uid, member.gid, member.mode) for member in members.values()} == {(0, 0, 0o644)}
    assert early
    assert all(name.startswith("etc/initramfs-tools/") for name in early)
