"""A private Airflow for one demo: its environment and its four components, on loopback only.

The components are those of `airflow standalone`. They are started one by one because standalone does not
notice when one of them dies, and because its log servers listen on every interface.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aib_airflow.bytecode import without_bytecode_ban
from aib_airflow.cli.demo.processes import SHOWN_LINES, Child, indent, read_lines
from aib_airflow.cli.errors import CommandError

LOOPBACK = "127.0.0.1"
CONNECTION_ID = "aib_default"
USERNAME = "admin"
READY_TIMEOUT_S = 120
COMPONENTS = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}


@dataclass(frozen=True, slots=True)
class Installation:
    """Where one demo's Airflow lives, and its secrets, which are made for it and never leave the folder."""

    home: Path
    dags_folder: Path
    port: int
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12), repr=False)

    @property
    def url(self) -> str:
        """The address of the UI and of the API."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def login_line(self) -> str:
        """The UI's address and login, for a person."""
        return f"{self.url} (login {USERNAME}, password {self.password})"

    @property
    def passwords_file(self) -> Path:
        """The file that SimpleAuthManager reads the login from."""
        return self.home / "passwords.json"

    def write(self) -> None:
        """Make the folder and the password file, readable by the owner only."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.passwords_file.touch(mode=0o600)
        self.passwords_file.write_text(json.dumps({USERNAME: self.password}), encoding="utf-8")


def build_environment(
    installation: Installation, connection: Mapping[str, Any], inherited: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the environment of every Airflow process of the demo.

    Settings of another Airflow on this machine are dropped; those of our own section (`AIRFLOW__AIB__...`)
    are kept.
    """
    kept = {
        name: value
        for name, value in without_bytecode_ban(inherited).items()
        if not name.startswith("AIRFLOW") or name.startswith("AIRFLOW__AIB__")
    }
    scripts = str(Path(sys.executable).parent)
    return {
        **kept,
        "PATH": f"{scripts}{os.pathsep}{kept.get('PATH', os.defpath)}",
        "AIRFLOW_HOME": str(installation.home),
        f"AIRFLOW_CONN_{CONNECTION_ID.upper()}": json.dumps(connection),
        **_settings(installation),
    }


def _settings(installation: Installation) -> dict[str, str]:
    settings = {
        "core": {
            "dags_folder": str(installation.dags_folder),
            "load_examples": "False",
            "executor": "LocalExecutor",
            "parallelism": "4",
            "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "execution_api_server_url": f"{installation.url}/execution/",
            "simple_auth_manager_users": f"{USERNAME}:admin",
            "simple_auth_manager_passwords_file": str(installation.passwords_file),
        },
        "api": {
            "host": LOOPBACK,
            "port": str(installation.port),
            "base_url": installation.url,
            "secret_key": secrets.token_urlsafe(32),
        },
        "api_auth": {"jwt_secret": secrets.token_urlsafe(32)},
        # Airflow's default of a second between two looks at the queue is most of a short task's time; a tenth
        # costs a seventh of a core that the machine's boot needs.
        "scheduler": {"scheduler_idle_sleep_time": "0.25"},
        "dag_processor": {"refresh_interval": "10", "min_file_process_interval": "10"},
        # Nobody listens there; a log reader that asks anyway must not reach another Airflow's log server.
        "logging": {
            "worker_log_server_port": str(free_port()),
            "trigger_log_server_port": str(free_port()),
        },
    }
    return {
        f"AIRFLOW__{section.upper()}__{name.upper()}": value
        for section, options in settings.items()
        for name, value in options.items()
    }


def create_database(environment: Mapping[str, str], log: Path) -> None:
    """Make the SQLite database anew; raises CommandError with the last lines of the log.

    A run that an interrupted demo left in the old one would keep the new run waiting.
    """
    for file in Path(environment["AIRFLOW_HOME"]).glob("airflow.db*"):
        file.unlink()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        ended = subprocess.run(
            _airflow("db", "migrate"), env=environment, check=False, stdout=output, stderr=subprocess.STDOUT
        )
    if ended.returncode:
        lines = indent(read_lines(log)[-SHOWN_LINES:])
        raise CommandError(f"Airflow cannot make its database; the last lines of {log}:\n{lines}")


def start_components(environment: Mapping[str, str], logs: Path) -> list[Child]:
    """Start the four components; none of them is ready yet."""
    return [
        Child(f"airflow {name}", _airflow(*words), environment, logs / f"{name}.log")
        for name, words in COMPONENTS.items()
    ]


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _airflow(*words: str) -> list[str]:
    return [sys.executable, "-m", "airflow", *words]
