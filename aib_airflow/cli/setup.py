"""`aib setup`: make this machine able to run the emulator's machines, and Python start fast."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from aib_airflow.bytecode import compile_once
from aib_airflow.cli.errors import FINDINGS, CommandError
from aib_airflow.emulator import host_packages
from aib_airflow.emulator.machines.host_check import SSH_PORT
from aib_airflow.emulator.machines.ports import ALLOW_LOW_PORTS

Report = Callable[[str], None]

FIRST_OPEN_PORT = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `aib setup`."""
    parser.description = (
        "Install the Debian packages that the emulator's machines need, saying which and why first, and compile "
        "the installed Python packages once."
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; end with 1 if something is missing"
    )


def run(options: argparse.Namespace) -> int:
    """Install what is missing, or with --check name it."""
    if options.check:
        return _check()
    prepare_host(_say)
    if compile_once():
        _say("compiled the installed Python packages, once")
    return 0


def prepare_host(report: Report) -> None:
    """Install the missing Debian packages, and let an ordinary user's machines have their port 22."""
    host_packages.install(report)
    if not may_use_ssh_port():
        report(
            "each machine answers SSH on port 22 of a loopback address of its own, which this user may not open; "
            f"until the next reboot: {ALLOW_LOW_PORTS}"
        )
        if subprocess.run(ALLOW_LOW_PORTS.split(), check=False, stdout=subprocess.DEVNULL).returncode:
            raise CommandError(
                f"this user may not open port {SSH_PORT}; run as root, or first: {ALLOW_LOW_PORTS}"
            )


def may_use_ssh_port() -> bool:
    """Tell whether this user may listen on port 22."""
    try:
        return os.geteuid() == 0 or int(FIRST_OPEN_PORT.read_text(encoding="ascii")) <= SSH_PORT
    except OSError:
        return True  # no such switch in this kernel; the emulator's own check finds out


def _check() -> int:
    lacking = host_packages.missing()
    for package in lacking:
        print(f"{package.name}: {package.why}")
    if lacking:
        _say(f"install them with `aib setup`, or: {host_packages.install_line(lacking)}")
    return FINDINGS if lacking else 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
