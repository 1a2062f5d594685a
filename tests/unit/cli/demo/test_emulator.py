"""Waiting for the emulator, and what it says when it listens."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from aib_airflow.cli.demo.azure import EmulatorConnection
from aib_airflow.cli.demo.emulator import wait_for_base_image, wait_for_connection
from aib_airflow.cli.demo.processes import Child, stop
from aib_airflow.cli.errors import CommandError

DOCUMENT = {
    "tenant_id": "t-1",
    "client_id": "c-1",
    "client_secret": "secret",
    "subscription_id": "s-1",
    "endpoint": "https://127.0.0.1:8443",
    "authority": "https://127.0.0.1:8443",
    "ca_bundle": "/state/tls/ca.pem",
}


def child_of(code: str, tmp_path: Path) -> Child:
    return Child("the emulator", [sys.executable, "-c", code], os.environ, tmp_path / "emulator.log")


def test_the_emulator_is_up_when_it_has_written_how_to_connect(tmp_path: Path) -> None:
    """The file appears only once it listens."""
    child = child_of("import signal; signal.pause()", tmp_path)
    looks: list[float] = []

    def write_at_the_third_look(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            (tmp_path / "connection.json").write_text(json.dumps(DOCUMENT | {"portal": "of no concern"}))

    connection = wait_for_connection(child, tmp_path, sleep=write_at_the_third_look)
    stop({child.pid})
    with pytest.raises(CommandError):
        child.check()
    assert connection.endpoint == "https://127.0.0.1:8443"
    assert len(looks) == 3


def test_an_emulator_that_cannot_start_is_told_with_its_own_words(tmp_path: Path) -> None:
    """Its error is in its log; nobody should have to open that."""
    child = child_of("raise SystemExit('no /dev/net/tun')", tmp_path)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    with pytest.raises(CommandError, match="no /dev/net/tun"):
        wait_for_connection(child, tmp_path, sleep=lambda seconds: None)


def test_an_emulator_that_never_listens_is_given_up(tmp_path: Path) -> None:
    """With the log's name."""
    child = child_of("import signal; signal.pause()", tmp_path)
    with pytest.raises(CommandError, match=r"does not listen after 60 s; see .*emulator\.log"):
        wait_for_connection(child, tmp_path, sleep=lambda seconds: None)
    stop({child.pid})
    with pytest.raises(CommandError):
        child.check()


def test_airflow_and_our_own_client_get_the_same_azure(tmp_path: Path) -> None:
    """What the demo prepares is where the DAG builds."""
    (tmp_path / "connection.json").write_text(json.dumps(DOCUMENT))
    connection = EmulatorConnection.read(tmp_path / "connection.json")
    account, airflow = connection.account(), connection.as_airflow_connection()
    assert account.cloud.endpoint == airflow["extra"]["endpoint"]
    assert account.subscription_id == airflow["extra"]["subscription_id"]
    assert (account.client_id, account.client_secret) == (airflow["login"], airflow["password"])
    assert "secret" not in repr(connection)


def test_making_the_base_image_is_told_line_by_line(tmp_path: Path) -> None:
    """The first demo on a machine spends most of a minute there."""
    child = child_of("print('partitions'); print('20 of 300 packages')", tmp_path)
    told: list[str] = []
    wait_for_base_image(child, told.append, sleep=lambda seconds: None)
    assert told == ["partitions", "20 of 300 packages"]


def test_a_base_image_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    """Without one no machine starts."""
    child = child_of("raise SystemExit('aib: error: no Debian sources')", tmp_path)
    with pytest.raises(CommandError, match="no Debian sources"):
        wait_for_base_image(child, lambda line: None, sleep=lambda seconds: None)
