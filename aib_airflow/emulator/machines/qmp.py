"""Talk to a running QEMU over its control socket (QMP): one connection a command, because QEMU serves one."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aib_airflow.emulator.machines.model import MachineError

TIMEOUT_S = 10.0


class QmpError(MachineError):
    """QEMU does not answer on its control socket, or refuses a command."""


def execute(path: Path, command: str, *, timeout_s: float = TIMEOUT_S) -> Any:
    """Run one QMP command, such as `system_powerdown`, and return its result.

    Raises QmpError when nobody answers within `timeout_s` seconds or QEMU reports an error.
    """
    try:
        with _connected(path, timeout_s) as connection, connection.makefile("rwb") as stream:
            _answer(stream.readline(), "QMP")
            for name in ("qmp_capabilities", command):
                stream.write(json.dumps({"execute": name}).encode() + b"\n")
                stream.flush()
                result = _result(iter(stream.readline, b""), name)
            return result
    except OSError as error:
        raise QmpError(f"no QEMU answers on {path}: {error}") from error


@contextmanager
def _connected(path: Path, timeout_s: float) -> Iterator[socket.socket]:
    """Connect through the folder's descriptor: a socket's own path may have 107 bytes only."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout_s)
            connection.connect(f"/proc/self/fd/{folder}/{path.name}")
            yield connection
    finally:
        os.close(folder)


def _result(lines: Iterator[bytes], command: str) -> Any:
    """Return the answer to a command; events that come in between are left out."""
    for line in lines:
        message = json.loads(line)
        if "error" in message:
            raise QmpError(f"QEMU refuses {command}: {message['error'].get('desc', message['error'])}")
        if "return" in message:
            return message["return"]
    if command == "quit":
        return {}
    raise QmpError(f"QEMU closed the connection before it answered {command}")


def _answer(line: bytes, key: str) -> Any:
    """Read QEMU's greeting; an empty line is a QEMU that just went away."""
    if not line or key not in (message := json.loads(line)):
        raise QmpError("QEMU closed the connection without its greeting")
    return message[key]
