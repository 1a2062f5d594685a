"""Our side of QEMU's control socket, against a socket that a test scripts."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from aib_airflow.emulator.machines import qmp

GREETING = {"QMP": {"version": {}, "capabilities": []}}


@contextlib.contextmanager
def fake_qemu(path: Path, answers: list[dict]) -> Iterator[list[str]]:
    """A FakeQemu that greets one client and gives these answers; yields the commands it was sent."""
    commands: list[str] = []
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_PATH)

    def serve() -> None:
        client, _ = listener.accept()
        with client, client.makefile("rwb") as stream:
            for message in [GREETING, *answers]:
                stream.write(json.dumps(message).encode() + b"\n")
                stream.flush()
                if message is not answers[-1] and "event" not in message:
                    commands.append(json.loads(stream.readline())["execute"])

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"/proc/self/fd/{folder}/{path.name}")
        os.close(folder)
        listener.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        yield commands
        thread.join()


def test_an_answer_is_found_between_events_even_in_a_deep_folder(tmp_path):
    """QEMU tells events whenever they happen; a socket's own path may have 107 bytes."""
    path = tmp_path / ("deep" * 30) / "qmp.sock"
    event = {"event": "POWERDOWN", "timestamp": {}}
    with fake_qemu(path, [{"return": {}}, event, {"return": {"status": "running"}}]) as commands:
        assert qmp.execute(path, "query-status") == {"status": "running"}
    assert commands == ["qmp_capabilities", "query-status"]


def test_a_refusal_has_qemus_own_words(tmp_path):
    """And the command that was refused."""
    path = tmp_path / "qmp.sock"
    refusal = {"error": {"class": "CommandNotFound", "desc": "no such command"}}
    with (
        fake_qemu(path, [{"return": {}}, refusal]),
        pytest.raises(qmp.QmpError, match="QEMU refuses jump: no such command"),
    ):
        qmp.execute(path, "jump")


def test_a_qemu_that_is_gone_is_an_error_that_names_the_socket(tmp_path):
    """Not a traceback of a missing file."""
    with pytest.raises(qmp.QmpError, match=r"no QEMU answers on .*qmp\.sock"):
        qmp.execute(tmp_path / "qmp.sock", "query-status")
