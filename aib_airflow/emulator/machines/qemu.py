"""Real machines under QEMU. A machine's folder is its state: a later process finds a running one again there."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aib_airflow.emulator.machines import accelerator, disks, qmp, tools
from aib_airflow.emulator.machines.command_line import DiskImage, MachineFiles, qemu_argv
from aib_airflow.emulator.machines.firmware import find_firmware, keep_variables
from aib_airflow.emulator.machines.host_check import check_host
from aib_airflow.emulator.machines.model import MachineError, MachineSpec, PowerState
from aib_airflow.emulator.machines.ports import host_ports
from aib_airflow.emulator.machines.process import ProcessId
from aib_airflow.emulator.machines.seed import write_seed

QUIT_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class QemuHost:
    """Makes QEMU machines on this host."""

    def machine(self, spec: MachineSpec) -> QemuMachine:
        """Return the machine of this spec, running or not; nothing is started."""
        return QemuMachine(spec)

    def check(self) -> None:
        """Raise MachineError, naming what to install or allow, when this host can run no machine."""
        check_host()


@dataclass(frozen=True, slots=True)
class QemuMachine:
    """One machine: QEMU in a session of its own, so it outlives the emulator that started it."""

    spec: MachineSpec
    files: MachineFiles = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", MachineFiles(self.spec.folder))

    def start(self) -> None:
        """Start it unless it runs; return once QEMU answers. Raises MachineError."""
        self.spec.folder.mkdir(parents=True, exist_ok=True)
        with self._alone():
            if self.power_state() is PowerState.STOPPED:
                self._start()

    def power_state(self) -> PowerState:
        """Tell whether our own QEMU lives; it exits when its guest powers off."""
        process = self._process()
        return PowerState.RUNNING if process and process.is_alive() else PowerState.STOPPED

    def stop(self, *, timeout_s: float = 30) -> None:
        """Ask the guest to power off, and cut the power after `timeout_s`."""
        with self._alone():
            process = self._process()
            if process is None or not process.is_alive():
                return
            with contextlib.suppress(qmp.QmpError):
                qmp.execute(self.files.qmp_socket, "system_powerdown")
            if not process.wait(timeout_s):
                self._cut_power(process)

    def kill(self) -> None:
        """Cut the power: QEMU writes its own buffers and exits, the guest is not asked."""
        with self._alone():
            process = self._process()
            if process is not None and process.is_alive():
                self._cut_power(process)

    def restart(self) -> None:
        """Reset it, as the button does. Raises MachineError when it does not run."""
        if self.power_state() is PowerState.STOPPED:
            raise MachineError(f"machine {self.spec.name} is stopped: start it instead")
        qmp.execute(self.files.qmp_socket, "system_reset")

    def serial_log(self) -> str:
        """Return what the guest wrote to its serial console since its last start."""
        try:
            return self.files.serial_log.read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def _process(self) -> ProcessId | None:
        return ProcessId.read(self.files.runtime)

    def _start(self) -> None:
        firmware = find_firmware()
        forwarded = host_ports(self.spec.address, self.spec.ports)
        argv = qemu_argv(self.spec, self._disk_images(), firmware, accelerator.best_accelerator(), forwarded)
        keep_variables(firmware, self.files.firmware_variables)
        write_seed(self.spec.provisioning, self.files.seed_folder, self.files.seed)
        for left_over in (self.files.runtime, self.files.qmp_socket, self.files.qemu_log):
            left_over.unlink(missing_ok=True)
        try:
            # -daemonize: this returns when the machine is set up; QEMU complains here or in its log.
            tools.run(argv, cwd=self.spec.folder)
        except tools.ToolError as error:
            reason = error.output or _last_lines(self.files.qemu_log)
            raise MachineError(f"machine {self.spec.name} does not start: {reason}") from error
        self._keep_process()
        qmp.execute(self.files.qmp_socket, "query-status")

    def _disk_images(self) -> tuple[DiskImage, ...]:
        paths = (self.spec.os_disk, *self.spec.data_disks)
        return tuple(DiskImage(path, disks.image_format(path)) for path in paths)

    def _keep_process(self) -> None:
        """Write down which process is ours, from the pid that QEMU itself wrote."""
        process = ProcessId.of(int(self.files.pid.read_text()))
        if process is None:
            log = _last_lines(self.files.qemu_log)
            raise MachineError(f"machine {self.spec.name}: QEMU ended at once: {log}")
        process.write(self.files.runtime)

    def _cut_power(self, process: ProcessId) -> None:
        with contextlib.suppress(qmp.QmpError):
            qmp.execute(self.files.qmp_socket, "quit", timeout_s=QUIT_TIMEOUT_S)
        if not process.wait(QUIT_TIMEOUT_S):
            process.kill()
            process.wait(QUIT_TIMEOUT_S)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other threads and processes from starting or stopping this machine meanwhile."""
        if not self.spec.folder.is_dir():
            yield
            return
        with self.files.lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _last_lines(log: Path, count: int = 3) -> str:
    try:
        return " / ".join(log.read_text(errors="replace").strip().splitlines()[-count:]) or "it said nothing"
    except FileNotFoundError:
        return "it said nothing"
