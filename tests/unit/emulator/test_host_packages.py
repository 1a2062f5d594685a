"""Debian packages of the host: which, why, and who may install them."""

from __future__ import annotations

import pytest

from aib_airflow.emulator import host_packages
from aib_airflow.emulator.host_packages import HostPackage, HostPackagesError

LACKING = (HostPackage("qemu-utils", "makes disks", "qemu-img"), HostPackage("ovmf", "is the firmware", "/x"))
LINE = "apt-get install --yes --no-install-recommends qemu-utils ovmf"


@pytest.fixture
def commands(monkeypatch) -> list[list[str]]:
    """The commands that would be run, on a host that lacks two packages."""
    run: list[list[str]] = []
    monkeypatch.setattr(host_packages, "missing", lambda: LACKING)
    monkeypatch.setattr(host_packages, "_run", lambda argv, packages: run.append(argv))
    return run


def test_a_package_is_there_when_its_proof_is(tmp_path):
    """A command in the path, or a file."""
    assert HostPackage("coreutils", "", "cp").is_installed()
    assert not HostPackage("nothing", "", "no-such-command-at-all").is_installed()
    assert not HostPackage("nothing", "", str(tmp_path / "no-such-file")).is_installed()


def test_commands_in_sbin_are_found_for_ordinary_users(tmp_path, monkeypatch):
    """mkfs.vfat is in /usr/sbin, which their PATH lacks."""
    program = tmp_path / "mkfs.vfat"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(host_packages, "SYSTEM_FOLDERS", (str(tmp_path),))
    assert host_packages.find_command("mkfs.vfat") == str(program)


def test_each_package_and_its_reason_is_said_before_anything_is_run(commands, monkeypatch):
    """Nobody's system changes unannounced."""
    monkeypatch.setattr(host_packages.os, "geteuid", lambda: 0)
    said: list[str] = []

    def report(line: str) -> None:
        assert not commands
        said.append(line)

    assert host_packages.install(report) == LACKING
    assert said == ["Debian package qemu-utils: makes disks", "Debian package ovmf: is the firmware"]
    assert commands[-1][-2:] == ["qemu-utils", "ovmf"]


def test_an_ordinary_user_installs_through_sudo(commands, monkeypatch):
    """And only apt-get is run so."""
    monkeypatch.setattr(host_packages.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(host_packages, "find_command", lambda name: f"/usr/bin/{name}")
    host_packages.install(lambda line: None)
    assert {argv[0] for argv in commands} == {"sudo"}


@pytest.mark.parametrize(
    ("present", "message"),
    [
        ({"apt-get"}, f"neither root nor sudo here; run as root: {LINE}"),
        (set(), "this system has no apt-get"),
    ],
)
def test_whoever_cannot_install_is_told_what_to_run(present, message, commands, monkeypatch):
    """The line is exact; on another distribution the names are given."""
    monkeypatch.setattr(host_packages.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(host_packages, "find_command", lambda name: name if name in present else None)
    with pytest.raises(HostPackagesError) as caught:
        host_packages.install(lambda line: None)
    assert message in str(caught.value)
    assert "qemu-utils" in str(caught.value)


def test_only_an_ordinary_user_needs_id_maps(monkeypatch):
    """Root builds the base image without newuidmap."""
    monkeypatch.setattr(host_packages, "find_command", lambda name: None)
    monkeypatch.setattr(host_packages.os, "geteuid", lambda: 0)
    as_root = {package.name for package in host_packages.missing()}
    monkeypatch.setattr(host_packages.os, "geteuid", lambda: 1000)
    as_user = {package.name for package in host_packages.missing()}
    assert as_user - as_root == {"uidmap"}
