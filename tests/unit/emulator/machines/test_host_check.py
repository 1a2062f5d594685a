"""What this host lacks, and the way out."""

from __future__ import annotations

import pytest

from aib_airflow.emulator import host_packages
from aib_airflow.emulator.host_packages import HostPackage
from aib_airflow.emulator.machines import host_check
from aib_airflow.emulator.machines.model import MachineError


def test_missing_packages_are_named_with_their_reason_and_one_line(monkeypatch):
    """One line installs them all."""
    lacking = (HostPackage("ovmf", "is the firmware", "/x"), HostPackage("mtools", "writes FAT", "mcopy"))
    monkeypatch.setattr(host_packages, "missing", lambda: lacking)
    with pytest.raises(MachineError, match=r"ovmf \(is the firmware\).*install .* ovmf mtools$"):
        host_check.check_host()
