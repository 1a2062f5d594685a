"""A process is recognised by more than its number."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from aib_airflow.emulator.machines.process import ProcessId


class FakeProc:
    """A /proc of one boot with the processes that a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.boot("first-boot")

    def boot(self, boot_id: str) -> None:
        kernel = self.folder / "sys/kernel/random"
        kernel.mkdir(parents=True, exist_ok=True)
        kernel.joinpath("boot_id").write_text(f"{boot_id}\n")

    def run(self, pid: int, *, start_ticks: int, state: str = "S", command: str = "qemu-system-x86") -> None:
        folder = self.folder / str(pid)
        folder.mkdir(exist_ok=True)
        fields = [state, *["0"] * 18, str(start_ticks), "0"]
        folder.joinpath("stat").write_text(f"{pid} ({command}) {' '.join(fields)}\n")


@pytest.fixture
def proc(tmp_path: Path) -> FakeProc:
    return FakeProc(tmp_path / "proc")


def test_a_running_process_is_found_again_from_its_file(proc, tmp_path):
    """A later emulator adopts what an earlier one started."""
    proc.run(42, start_ticks=1000)
    ProcessId.of(42, proc.folder).write(tmp_path / "runtime.json")
    assert ProcessId.read(tmp_path / "runtime.json").is_alive(proc.folder)


def test_another_process_with_the_same_number_is_not_ours(proc):
    """Numbers are given out again; the start time tells."""
    proc.run(42, start_ticks=1000)
    ours = ProcessId.of(42, proc.folder)
    proc.run(42, start_ticks=2000)
    assert not ours.is_alive(proc.folder)


def test_a_process_of_an_earlier_boot_is_not_ours(proc):
    """Numbers and start times begin anew with the host."""
    proc.run(42, start_ticks=1000)
    ours = ProcessId.of(42, proc.folder)
    proc.boot("second-boot")
    assert not ours.is_alive(proc.folder)


def test_a_zombie_has_ended(proc):
    """In a container nobody may reap a QEMU whose guest powered off."""
    proc.run(42, start_ticks=1000, state="Z")
    assert ProcessId.of(42, proc.folder) is None


def test_a_command_with_spaces_and_parentheses_is_read(proc):
    """The kernel does not escape a command's name."""
    proc.run(42, start_ticks=1000, command="a) S 1 (b")
    assert ProcessId.of(42, proc.folder).start_ticks == 1000


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"pid": 1', json.dumps({"pid": 1})])
def test_a_broken_file_is_no_process(content, tmp_path):
    """Nothing is adopted, and nothing killed, on half a record."""
    tmp_path.joinpath("runtime.json").write_text(content)
    assert ProcessId.read(tmp_path / "runtime.json") is None


def test_a_recycled_number_is_never_killed():
    """Were it killed, this test would not end."""
    own = ProcessId.of(os.getpid())
    somebody_else = ProcessId(own.pid, own.start_ticks + 1, own.boot_id)
    somebody_else.kill()
    assert own.is_alive()
    assert somebody_else.wait(timeout_s=0)
