"""Lay out a UEFI disk in a sparse file without root: partition table and EFI partition; the root comes later."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from aib_airflow.emulator.machines import tools

SECTOR_BYTES = 512
MIB = 1024**2
EFI_START_MIB = 1
EFI_SIZE_MIB = 64
ROOT_START_MIB = EFI_START_MIB + EFI_SIZE_MIB
TABLE_COPY_MIB = 1
"""The end of the disk holds the second copy of the partition table."""

MTOOLS_ENVIRONMENT = {"MTOOLS_SKIP_CHECK": "1"}


def partition_table() -> str:
    """Return sfdisk's description: an EFI partition, and a root that growpart may enlarge to any disk."""
    return "\n".join(
        [
            "label: gpt",
            f"start={EFI_START_MIB}MiB, size={EFI_SIZE_MIB}MiB, type=uefi, name=EFI",
            f"start={ROOT_START_MIB}MiB, size=+, type=linux, name=root",
            "",
        ]
    )


def efi_partition_of(disk: str) -> str:
    """Return mtools' name of the EFI partition within a disk image."""
    return f"{disk}@@{EFI_START_MIB}M"


def make_partitions(disk: Path, size_mib: int, efi_grub_cfg: Path) -> None:
    """Make the sparse image with its partition table, and the EFI file system with GRUB's first configuration."""
    with disk.open("wb") as file:
        file.truncate(size_mib * MIB)
    _sfdisk(disk)
    efi_start_sector = EFI_START_MIB * MIB // SECTOR_BYTES
    size_kib = str(EFI_SIZE_MIB * 1024)
    tools.run(["mkfs.vfat", "-F", "16", "-n", "EFI", "--offset", str(efi_start_sector), str(disk), size_kib])
    image = efi_partition_of(str(disk))
    tools.run(["mmd", "-i", image, "::EFI", "::EFI/BOOT", "::EFI/debian"], environment=MTOOLS_ENVIRONMENT)
    target = "::EFI/debian/grub.cfg"
    tools.run(["mcopy", "-i", image, str(efi_grub_cfg), target], environment=MTOOLS_ENVIRONMENT)


def grub_hook(disk: str) -> str:
    """Return the shell line that puts Debian's signed GRUB of the root folder `$1` where firmware looks."""
    grub = '"$1"/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed'
    mcopy = f"MTOOLS_SKIP_CHECK=1 {tools.find('mcopy')} -i {efi_partition_of(disk)} {grub}"
    return f"{mcopy} ::EFI/BOOT/BOOTX64.EFI && {mcopy} ::EFI/debian/grubx64.efi"


def root_hook(disk: str, size_mib: int) -> str:
    """Return the shell line that writes the root folder `$1` into the root partition as ext4.

    The bind mount leaves out /proc, /sys and /dev, which mmdebstrap has mounted within. The file is new, hence
    zero: nothing is left for the guest to initialise in its first minutes.
    """
    root_size_kib = (size_mib - ROOT_START_MIB - TABLE_COPY_MIB) * 1024
    options = f"offset={ROOT_START_MIB * MIB},assume_storage_prezeroed=1"
    mke2fs = f'{tools.find("mke2fs")} -q -F -t ext4 -L root -d "$1/mnt" -E {options} {disk} {root_size_kib}k'
    return f"""unshare --mount sh -ec 'mount --bind "$1" "$1/mnt"; {mke2fs}' hook "$1\""""


def _sfdisk(disk: Path) -> None:
    """Partition the file; sfdisk reads its description from standard input."""
    done = subprocess.run(
        [tools.find("sfdisk"), "--quiet", os.fspath(disk)],
        input=partition_table(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise tools.ToolError(f"sfdisk {disk}: {done.stderr.strip()}", done.stderr)
