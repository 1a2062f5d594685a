"""What a user reads instead of a traceback."""

from __future__ import annotations

import errno
import os

import httpx
import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError

from aib_airflow.cli.errors import CommandError, UsageError, exit_code_of, explain
from aib_airflow.emulator.machines.model import MachineError


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EADDRINUSE, errno.EACCES, errno.ENOENT])
def test_an_os_error_names_the_file_and_the_fix(number: int) -> None:
    """Disk full, port taken, no rights, no such file."""
    error = OSError(number, os.strerror(number), "/var/lib/aib")
    explanation = explain(error) or ""
    assert explanation.startswith(f"/var/lib/aib: {os.strerror(number)}; ")
    assert "Traceback" not in explanation


def test_an_os_error_nobody_foresaw_is_not_explained_away() -> None:
    """A fault of ours keeps its traceback."""
    assert explain(OSError(errno.EBADF, "Bad file descriptor")) is None
    assert explain(KeyError("regions")) is None


def test_our_own_errors_speak_for_themselves() -> None:
    """An error of the package already says what, where and what to do."""
    assert explain(MachineError("no QEMU; apt-get install qemu-system-x86")) == (
        "no QEMU; apt-get install qemu-system-x86"
    )


def test_an_unreachable_endpoint_is_told_by_address() -> None:
    """The SDK's and httpx's errors are told apart from faults of ours."""
    for error in (
        ServiceRequestError("127.0.0.1:8443 refused"),
        httpx.ConnectError("127.0.0.1:8443 refused"),
    ):
        explanation = explain(error) or ""
        assert "127.0.0.1:8443 refused" in explanation
        assert "check the address" in explanation


def test_a_wrong_secret_is_told_as_such() -> None:
    """Only the first line of Entra's long answer is shown."""
    explanation = (
        explain(ClientAuthenticationError("AADSTS7000215: Invalid client secret\nTrace ID: 1")) or ""
    )
    assert "AADSTS7000215" in explanation
    assert "Trace ID" not in explanation


def test_wrong_use_and_failure_have_different_exit_codes() -> None:
    """2 is wrong use, 1 is everything else that went wrong."""
    assert exit_code_of(UsageError("no such template")) == 2
    assert exit_code_of(CommandError("the run failed")) == 1
    assert exit_code_of(OSError(errno.ENOSPC, "No space left on device")) == 1
