"""The boot code that proves an accelerator."""

from __future__ import annotations

from aib_airflow.emulator.machines import accelerator


def test_the_probe_is_a_boot_sector():
    """512 bytes that end in the mark that a BIOS asks for."""
    sector = accelerator.boot_sector()
    assert len(sector) == 512
    assert sector.endswith(b"\x55\xaa")


def test_the_probe_writes_its_word_to_the_port_that_ends_qemu():
    """mov dx, port; mov al, word; out dx, al; hlt."""
    assert accelerator.boot_sector().startswith(b"\xba\x01\x05\xb0\x10\xee\xf4")
    assert accelerator.PROBE_EXIT_CODE == 0x21


def test_the_probe_uses_the_processor_that_machines_will_have():
    """A broken KVM may run a plain processor and abort on the full one."""
    argv = accelerator.probe_argv("kvm", accelerator.Path("/boot.img"))
    assert argv[argv.index("-cpu") + 1] == "max"
    assert argv[argv.index("-accel") + 1] == "kvm"
