"""Make, copy and export disk images with qemu-img; a target appears under its name only when it is whole."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from aib_airflow.emulator.machines import tools
from aib_airflow.emulator.machines.model import MachineError

MIB = 1024**2
GIB = 1024**3
VHD_FOOTER_BYTES = 512

Progress = Callable[[int, int], None]
"""Told the bytes done and the bytes in all."""


class DiskError(MachineError):
    """A disk image could not be made, read or written. The message names the file and the fix."""


def overlay_argv(backing: Path, backing_format: str, target: Path, size_gb: int | None) -> list[str]:
    """Build the command that makes a copy-on-write image over `backing`."""
    size = [f"{size_gb}G"] if size_gb else []
    backing_options = ["-b", str(backing.absolute()), "-F", backing_format]
    return ["qemu-img", "create", "-q", "-f", "qcow2", *backing_options, str(target), *size]


def convert_argv(
    source: Path, source_format: str, target: Path, target_options: tuple[str, ...]
) -> list[str]:
    """Build the command that writes the whole content of `source`, chain and all, into a new image."""
    return ["qemu-img", "convert", "-p", "-f", source_format, *target_options, str(source), str(target)]


def create_overlay(backing: Path, target: Path, *, size_gb: int | None = None) -> None:
    """Make `target` a qcow2 image that holds only what will differ from `backing`, which must stay as it is.

    `size_gb` in GiB is at least the size of the backing image, and that size when absent.
    """
    if size_gb and size_gb * GIB < virtual_size_bytes(backing):
        least_gb = -(-virtual_size_bytes(backing) // GIB)
        raise DiskError(
            f"{target}: {size_gb} GiB is smaller than the source {backing}, which has {least_gb} GiB"
        )
    with _whole(target) as partial:
        _run(overlay_argv(backing, image_format(backing), partial, size_gb), partial)


def create_empty(target: Path, size_gb: int) -> None:
    """Make an empty qcow2 image of `size_gb` GiB."""
    with _whole(target) as partial:
        _run(["qemu-img", "create", "-q", "-f", "qcow2", str(partial), f"{size_gb}G"], partial)


def copy(source: Path, target: Path) -> None:
    """Copy an image file itself: a point in time that shares only the read-only backing image, if any.

    Takes about the space that `source` takes, or none where the file system shares blocks. Raises DiskError
    when a running machine has `source` open, because such a copy could hold half a write.
    """
    _refuse_in_use(source)
    _require_space(source.stat().st_blocks * 512, target)
    with _whole(target) as partial:
        _run(["cp", "--reflink=auto", "--sparse=always", str(source), str(partial)], partial)


def flatten(source: Path, target: Path) -> None:
    """Write `source` and all it is based on into one qcow2 image that needs no other file."""
    _require_space(_content_bytes(source), target)
    with _whole(target) as partial:
        _run(convert_argv(source, image_format(source), partial, ("-O", "qcow2")), partial)


def export_vhd(source: Path, target: Path, *, report: Progress | None = None) -> None:
    """Write `source` as a fixed VHD as Azure takes it: whole MiB, then a footer of 512 bytes; sparse on disk.

    `report` is called with the bytes done and the bytes in all.
    """
    size_bytes = virtual_size_bytes(source)
    if size_bytes % MIB:
        raise DiskError(
            f"{source}: {size_bytes} bytes are not whole MiB, as Azure asks of a VHD; resize the disk"
        )
    _require_space(_content_bytes(source), target)
    options = ("-O", "vpc", "-o", "subformat=fixed,force_size=on")
    with _whole(target) as partial:
        argv = convert_argv(source, image_format(source), partial, options)
        _run_reporting(argv, partial, size_bytes, report)


def virtual_size_bytes(path: Path) -> int:
    """Return the size of the disk that a machine sees in this image, in bytes."""
    information = _run(["qemu-img", "info", "-U", "-f", image_format(path), "--output=json", str(path)], path)
    return int(json.loads(information)["virtual-size"])


def image_format(path: Path) -> str:
    """Tell qcow2, vpc (a fixed VHD) or raw by the marks in the file: qemu-img takes a fixed VHD for raw."""
    try:
        with path.open("rb") as file:
            if file.read(4) == b"QFI\xfb":
                return "qcow2"
            file.seek(max(0, path.stat().st_size - VHD_FOOTER_BYTES))
            return "vpc" if file.read(8) == b"conectix" else "raw"
    except OSError as error:
        raise DiskError(f"cannot read the disk image {path}: {error.strerror}") from error


@contextlib.contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """Give a temporary name beside `target`, and the name itself when the block has succeeded."""
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        partial.replace(target)
    except OSError as error:
        raise DiskError(f"cannot write the disk image {target}: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)


def _refuse_in_use(source: Path) -> None:
    """Ask for the image's lock as a reader, which a running QEMU does not give."""
    try:
        tools.run(["qemu-img", "info", "-f", image_format(source), str(source)])
    except tools.ToolError as error:
        if "lock" in error.output:
            raise DiskError(
                f"{source} is in use by a running machine: stop the machine, then copy"
            ) from error
        raise DiskError(f"{source}: {error.output}") from error


def _content_bytes(source: Path) -> int:
    """Return the bytes that the content of an image and of its chain takes on disk, holes left out."""
    argv = ["qemu-img", "measure", "-U", "--output=json", "-f", image_format(source), "-O", "qcow2"]
    return int(json.loads(_run([*argv, str(source)], source))["required"])


def _require_space(needed_bytes: int, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    free_bytes = shutil.disk_usage(target.parent).free
    if needed_bytes > free_bytes:
        raise DiskError(
            f"disk full: {target} needs {needed_bytes // MIB + 1} MiB and {target.parent} has "
            f"{free_bytes // MIB} MiB free; free some space or move the emulator's folder"
        )


def _run(argv: list[str], path: Path) -> str:
    try:
        return tools.run(argv)
    except tools.ToolError as error:
        raise _explained(error.output, path) from error


def _explained(output: str, path: Path) -> DiskError:
    """Turn what qemu-img said into an error that says what to do."""
    if "No space left on device" in output:
        free_bytes = shutil.disk_usage(path.parent).free
        return DiskError(f"disk full while writing {path}: {path.parent} has {free_bytes // MIB} MiB free")
    return DiskError(f"{path}: {output}")


def _run_reporting(argv: list[str], path: Path, size_bytes: int, report: Progress | None) -> None:
    """Run `qemu-img -p` and turn its percentages into bytes."""
    program = tools.find(argv[0])
    read_end, write_end = os.pipe()
    with subprocess.Popen([program, *argv[1:]], stdout=write_end, stderr=subprocess.PIPE) as process:
        os.close(write_end)
        for percent in _percentages(read_end):
            if report:
                report(int(size_bytes * percent / 100), size_bytes)
        _, errors = process.communicate()
    os.close(read_end)
    if process.returncode:
        raise _explained(errors.decode(errors="replace").strip(), path)


def _percentages(descriptor: int) -> Iterator[float]:
    """Read `    (12.34/100%)` out of what qemu-img writes over and over on one line."""
    while chunk := os.read(descriptor, 4096):
        for found in re.finditer(rb"\(([0-9.]+)/100%\)", chunk):
            yield float(found[1])
