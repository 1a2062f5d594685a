"""The environment of the demo's Airflow."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from aib_airflow.cli.demo.airflow import Installation, build_environment, create_database
from aib_airflow.cli.errors import CommandError

CONNECTION = {"conn_type": "azure_image_builder", "extra": {"subscription_id": "s-1"}}


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(
        home=tmp_path / "airflow", dags_folder=tmp_path / "dags", port=18080, password="secret"
    )


def test_another_airflows_settings_are_dropped_and_ours_are_kept(installation: Installation) -> None:
    """A user's AIRFLOW_HOME or database must not be touched; `[aib]` is ours."""
    inherited = {
        "AIRFLOW_HOME": "/home/user/airflow",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql://production",
        "AIRFLOW_CONN_OTHER": "{}",
        "AIRFLOW__AIB__URI_MIRROR": '{"https://example.org/": "/srv"}',
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
    }
    environment = build_environment(installation, CONNECTION, inherited)
    assert environment["AIRFLOW_HOME"] == str(installation.home)
    assert "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" not in environment
    assert "AIRFLOW_CONN_OTHER" not in environment
    assert "PYTHONDONTWRITEBYTECODE" not in environment
    assert environment["AIRFLOW__AIB__URI_MIRROR"] == inherited["AIRFLOW__AIB__URI_MIRROR"]
    assert environment["LANG"] == "C.UTF-8"


def test_everything_is_on_loopback_and_on_one_port(installation: Installation) -> None:
    """The API's address is the same for the UI, for tasks and for us."""
    environment = build_environment(installation, CONNECTION, {})
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment["AIRFLOW__API__PORT"] == "18080"
    assert environment["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:18080"
    assert environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:18080/execution/"


def test_the_connection_comes_as_a_variable(installation: Installation) -> None:
    """Nothing has to be written into Airflow's database."""
    environment = build_environment(installation, CONNECTION, {})
    assert json.loads(environment["AIRFLOW_CONN_AIB_DEFAULT"]) == CONNECTION


def test_programs_of_this_interpreter_come_first(installation: Installation) -> None:
    """An `airflow` elsewhere on the PATH is another one."""
    environment = build_environment(installation, CONNECTION, {"PATH": "/usr/bin"})
    assert environment["PATH"].split(":") == [str(Path(sys.executable).parent), "/usr/bin"]


def test_two_demos_share_no_secret(installation: Installation) -> None:
    """Keys are made for each."""
    first, second = (build_environment(installation, CONNECTION, {}) for _ in range(2))
    for name in ("AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API__SECRET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET"):
        assert first[name] != second[name]


def test_the_password_is_readable_by_its_owner_only(installation: Installation) -> None:
    """On a machine with other users."""
    installation.write()
    assert json.loads(installation.passwords_file.read_text()) == {"admin": "secret"}
    assert stat.S_IMODE(installation.passwords_file.stat().st_mode) == 0o600
    assert "secret" not in repr(installation)


def test_an_earlier_demos_database_does_not_survive(installation: Installation, tmp_path: Path) -> None:
    """A run left in it would keep the new one waiting; what cannot be made is told with its last lines."""
    installation.write()
    old = installation.home / "airflow.db"
    old.write_text("a run that never ended")
    environment = build_environment(installation, CONNECTION, {"PYTHONPATH": str(tmp_path)})
    # An `airflow` that only fails stands in for the real one, which takes seconds to start.
    (tmp_path / "airflow.py").write_text("import sys; sys.exit('disk is full')")
    with pytest.raises(CommandError, match="disk is full"):
        create_database(environment, tmp_path / "logs" / "database.log")
    assert not old.exists()
