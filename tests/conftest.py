"""What all tests share: an Airflow of their own, and what becomes of tests that need a real machine."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]


def _isolate_airflow() -> None:
    """Point Airflow at an empty home before anything imports it: it reads its settings at import."""
    if "airflow" in sys.modules:
        pytest.exit("airflow was imported before tests/conftest.py: its settings are not the tests' own", 2)
    home = Path(tempfile.mkdtemp(prefix="aib-tests-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    for name in [name for name in os.environ if name.startswith("AIRFLOW")]:
        del os.environ[name]
    os.environ |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    }


_isolate_airflow()


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder that README.md lies in."""
    return CHECKOUT


@pytest.fixture(scope="session")
def airflow_db() -> None:
    """Airflow's database, empty, made once."""
    from airflow.utils import db  # after _isolate_airflow, and only for tests that need it

    db.initdb()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests that boot a machine where none can run, naming the line that installs it; under CI fail."""
    if not any(item.get_closest_marker("vm") for item in items):
        return
    reason = why_no_machine()
    if reason is None:
        return
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        raise pytest.UsageError(f"CI=true, and the tests that boot a machine cannot run: {reason}")
    for item in items:
        if item.get_closest_marker("vm"):
            item.add_marker(pytest.mark.skip(reason=reason))


def why_no_machine() -> str | None:
    """Return what the emulator's machines lack here and the line that installs it, or None."""
    from aib_airflow.emulator import host_packages  # imported late: most test runs need no machine

    lacking = host_packages.missing()
    return f"QEMU and its like are missing: {host_packages.install_line(lacking)}" if lacking else None
