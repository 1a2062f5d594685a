"""Choose KVM only when a guest really runs under it: an open /dev/kvm proves nothing on a nested host."""

from __future__ import annotations

import functools
import subprocess
import tempfile
from pathlib import Path

from aib_airflow.emulator.machines import tools

PROBE_TIMEOUT_S = 2
PROBE_PORT = 0x501
PROBE_WORD = 0x10
PROBE_EXIT_CODE = PROBE_WORD << 1 | 1
"""What isa-debug-exit makes of the word that the boot code writes."""

KVM = "kvm"
TCG = "tcg"


def boot_sector() -> bytes:
    """Build a boot sector that writes PROBE_WORD to the debug port, then halts.

    The BIOS runs before it, in real and protected mode: a guest that gets here does run.
    """
    move_port = b"\xba" + PROBE_PORT.to_bytes(2, "little")
    move_word = b"\xb0" + PROBE_WORD.to_bytes(1, "little")
    out_and_halt = b"\xee\xf4"
    return (move_port + move_word + out_and_halt).ljust(510, b"\0") + b"\x55\xaa"


def probe_argv(accelerator: str, boot_disk: Path) -> list[str]:
    """Build the command of a machine that can only boot that sector."""
    return [
        *["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-m", "16"],
        *["-machine", "pc", "-accel", accelerator, "-cpu", "max"],
        *["-device", f"isa-debug-exit,iobase={PROBE_PORT:#x},iosize=0x1"],
        *["-drive", f"file={boot_disk},format=raw,if=ide,snapshot=on"],
    ]


def runs_a_guest(accelerator: str, *, timeout_s: float = PROBE_TIMEOUT_S) -> bool:
    """Boot a few bytes of code and tell whether they ran within `timeout_s` seconds."""
    with tempfile.TemporaryDirectory(prefix="aib-probe-") as folder:
        boot_disk = Path(folder, "boot.img")
        boot_disk.write_bytes(boot_sector().ljust(1024 * 64, b"\0"))
        program, *arguments = probe_argv(accelerator, boot_disk)
        try:
            done = subprocess.run(
                [tools.find(program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == PROBE_EXIT_CODE


@functools.cache
def best_accelerator() -> str:
    """Return `kvm` when it runs a guest, else `tcg`; probed once in the life of this process."""
    if Path("/dev/kvm").exists() and runs_a_guest(KVM):
        return KVM
    return TCG
