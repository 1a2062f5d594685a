"""docker-compose.yaml: Debian's docker-compose accepts it, and it holds no secret. It is never started here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml

SECRETS = (
    "AIRFLOW_ADMIN_PASSWORD",
    "AIRFLOW_FERNET_KEY",
    "AIRFLOW_JWT_SECRET",
    "AIRFLOW_SECRET_KEY",
    "POSTGRES_PASSWORD",
)
COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")

needs_compose = pytest.mark.skipif(
    shutil.which("docker-compose") is None, reason="missing: apt-get install docker-compose"
)


def compose_config(checkout: Path, *words: str, without: str = "") -> subprocess.CompletedProcess[str]:
    """Run `docker-compose config` with a value for each secret but `without`, and with no one's .env file."""
    values = {name: f"value-of-{name.lower()}" for name in SECRETS if name != without}
    environment = {name: value for name, value in os.environ.items() if name not in SECRETS}
    with tempfile.NamedTemporaryFile(suffix=".env") as nothing:
        return subprocess.run(
            ["docker-compose", "--env-file", nothing.name, *words, "config"],
            cwd=checkout,
            env=environment | values,
            capture_output=True,
            text=True,
            check=False,
        )


def resolved(checkout: Path, *words: str) -> dict[str, Any]:
    """Return what docker-compose makes of the file."""
    ended = compose_config(checkout, *words)
    assert ended.returncode == 0, ended.stderr
    document: dict[str, Any] = yaml.safe_load(ended.stdout)
    return document


@needs_compose
def test_docker_compose_accepts_the_file(checkout: Path) -> None:
    """Airflow's components, their database, and nothing else unless asked for."""
    # Versions differ in whether `config` lists the services of profiles that are off.
    assert set(resolved(checkout)["services"]) - {"emulator"} == {"postgres", "init", *COMPONENTS}


@needs_compose
def test_the_emulator_is_a_profile(checkout: Path) -> None:
    """Nobody gets an emulated Azure without asking."""
    services = resolved(checkout, "--profile", "emulator")["services"]
    assert services["emulator"]["profiles"] == ["emulator"]
    assert [name for name in COMPONENTS if services[name].get("profiles")] == []


@needs_compose
@pytest.mark.parametrize("secret", SECRETS)
def test_a_missing_secret_is_named(secret: str, checkout: Path) -> None:
    """No secret has a default; the message says which one to set."""
    ended = compose_config(checkout, without=secret)
    assert ended.returncode != 0
    assert "set it" in ended.stderr


@needs_compose
@pytest.mark.parametrize("component", COMPONENTS)
def test_every_component_gets_what_all_must_share(component: str, checkout: Path) -> None:
    """A component with another key or database fails late and strangely."""
    services = resolved(checkout)["services"]
    shared = {
        name: value for name, value in services["scheduler"]["environment"].items() if "AIRFLOW__" in name
    }
    assert services[component]["environment"].items() >= shared.items()
    assert "value-of-postgres_password" in json.dumps(services[component]["environment"])


def test_only_loopback_is_published(checkout: Path) -> None:
    """A port is open to this machine only; a proxy in front of it is the user's choice."""
    services = yaml.safe_load((checkout / "docker-compose.yaml").read_text(encoding="utf-8"))["services"]
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_the_image_is_of_the_airflow_the_package_asks_for(checkout: Path) -> None:
    """The image's Airflow satisfies pyproject's `apache-airflow~=`."""
    wanted = re.search(
        r'"apache-airflow~=([\d.]+)"', (checkout / "pyproject.toml").read_text(encoding="utf-8")
    )
    assert wanted is not None
    assert f"FROM apache/airflow:{wanted.group(1)} " in (checkout / ".ci" / "Dockerfile").read_text(
        encoding="utf-8"
    )
