"""A host whose machines never run anything: for tests of what ARM says, and only for them."""

from __future__ import annotations

from pathlib import Path

from aib_airflow.emulator.machines.model import MachineError, MachineSpec, PowerState


class FakeMachine:
    """A power state in memory."""

    def __init__(self, spec: MachineSpec) -> None:
        self.spec = spec
        self.state = PowerState.STOPPED
        self.starts = 0
        self.start_error = ""

    def start(self) -> None:
        """Note that it runs; raises MachineError when a test said so."""
        if self.start_error:
            raise MachineError(self.start_error)
        if self.state is PowerState.STOPPED:
            self.starts += 1
        self.state = PowerState.RUNNING

    def power_state(self) -> PowerState:
        """Return the state."""
        return self.state

    def stop(self, *, timeout_s: float = 30) -> None:
        """Note that it is stopped."""
        self.state = PowerState.STOPPED

    def kill(self) -> None:
        """Note that it is stopped."""
        self.state = PowerState.STOPPED

    def restart(self) -> None:
        """Note another start."""
        self.starts += 1

    def serial_log(self) -> str:
        """Return a line that no real machine writes."""
        return f"{self.spec.name} is a fake machine: it runs nothing.\n"


class FakeHost:
    """Keeps its machines by folder, as a real host does; `start_error` makes every start fail."""

    def __init__(self, *, start_error: str = "") -> None:
        self.machines: dict[Path, FakeMachine] = {}
        self.start_error = start_error

    def machine(self, spec: MachineSpec) -> FakeMachine:
        """Return the machine of this folder."""
        machine = self.machines.setdefault(spec.folder, FakeMachine(spec))
        machine.spec, machine.start_error = spec, self.start_error
        return machine

    def named(self, name: str) -> FakeMachine:
        """Return the machine of that name. Raises KeyError."""
        found = {machine.spec.name: machine for machine in self.machines.values()}
        return found[name]

    def check(self) -> None:
        """A fake needs nothing."""
