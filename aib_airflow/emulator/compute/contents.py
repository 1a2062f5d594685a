"""The content of disks, snapshots and images: real files, made with qemu-img.

Rule: what is published (a snapshot, an image, a version) stands alone and is never written again, so that
others can share it by a hard link and outlive it.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from aib_airflow.emulator.machines import disks
from aib_airflow.emulator.machines.model import MachineError


def make_standalone(source: Path, target: Path) -> None:
    """Copy the content of a disk, whatever it builds on, into one file of its own; once."""
    if target.exists():
        return
    disks.flatten(source, target)


def share(source: Path, target: Path) -> None:
    """Give a published content another owner, without copying where the file system can."""
    if target.exists():
        return
    if _linked(source, target) != target:
        disks.flatten(source, target)


def make_writable(published: Path, target: Path, wanted_gb: int | None) -> None:
    """Make a disk that starts as a published content and stores only what is written to it."""
    if target.exists():
        return
    is_bigger = wanted_gb is not None and wanted_gb > size_gb(published)
    base = _linked(published, target.with_name("base.disk"))
    disks.create_overlay(base, target, size_gb=wanted_gb if is_bigger else None)


def _linked(published: Path, link: Path) -> Path:
    """Return a name of its own for a content. Only a base image in another file system's cache has none."""
    link.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(published, link)
    except FileExistsError:
        return link
    except OSError:
        return published
    return link


def make_empty(target: Path, size_gb: int) -> None:
    """Make an empty disk."""
    if target.exists():
        return
    disks.create_empty(target, size_gb)


def size_gb(path: Path) -> int:
    """Return a disk's size, in whole GiB, rounded up."""
    return -(-disks.virtual_size_bytes(path) // 2**30)


def grow(target: Path, wanted_gb: int | None) -> None:
    """Make a disk bigger; a disk that is big enough is left alone. Raises MachineError."""
    if not wanted_gb or disks.virtual_size_bytes(target) >= wanted_gb * 2**30:
        return
    argv = ["qemu-img", "resize", "-q", "-f", "qcow2", str(target), f"{wanted_gb}G"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MachineError(f"Cannot grow {target} to {wanted_gb} GB: {done.stderr.strip()}")
