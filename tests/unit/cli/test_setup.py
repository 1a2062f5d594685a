"""`aib setup`: what this machine lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from aib_airflow.cli import main, setup
from aib_airflow.emulator import host_packages
from aib_airflow.emulator.host_packages import HostPackage

ABSENT = HostPackage("qemu-imaginary", "runs imaginary machines", "/no/such/proof")


def test_check_names_each_package_and_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is installed; exit code 1, and the line that installs it."""
    monkeypatch.setattr(host_packages, "REQUIRED", (ABSENT,))
    assert main(["setup", "--check"]) == 1
    shown = capsys.readouterr()
    assert shown.out == "qemu-imaginary: runs imaginary machines\n"
    assert "apt-get install" in shown.err


def test_check_is_content_with_a_machine_that_has_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 0, and nothing to say."""
    monkeypatch.setattr(host_packages, "REQUIRED", ())
    assert main(["setup", "--check"]) == 0


def ordinary_user_on(monkeypatch: pytest.MonkeyPatch, switch: Path, first_open_port: str) -> None:
    """Let an ordinary user ask a kernel whose first open port is this one."""
    switch.write_text(f"{first_open_port}\n")
    monkeypatch.setattr(setup, "FIRST_OPEN_PORT", switch)
    monkeypatch.setattr("os.geteuid", lambda: 1000)


@pytest.mark.parametrize("first_open_port", ["22", "0"])
def test_an_ordinary_user_may_open_port_22_if_the_kernel_says_so(
    first_open_port: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each machine answers SSH on port 22 of its own address, opened by the user's QEMU."""
    ordinary_user_on(monkeypatch, tmp_path / "switch", first_open_port)
    assert setup.may_use_ssh_port()


def test_by_debians_default_an_ordinary_user_may_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ports below 1024 are root's."""
    ordinary_user_on(monkeypatch, tmp_path / "switch", "1024")
    assert not setup.may_use_ssh_port()
