"""The Debian packages that this host needs to make and run machines, and the one place that installs them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")
"""Debian leaves these out of an ordinary user's PATH, yet mkfs.vfat, sfdisk and mke2fs live there."""


class HostPackagesError(Exception):
    """A package cannot be installed from here. The message has the line to run."""


@dataclass(frozen=True, slots=True)
class HostPackage:
    """A Debian package, why it is needed, and the command or the file that proves that it is there."""

    name: str
    why: str
    proof: str
    root_needs_it: bool = True

    def is_installed(self) -> bool:
        """Tell whether the proof is there; other distributions' packages count."""
        return (
            Path(self.proof).exists() if self.proof.startswith("/") else find_command(self.proof) is not None
        )


REQUIRED = (
    HostPackage("qemu-system-x86", "runs the virtual machines", "qemu-system-x86_64"),
    HostPackage("qemu-utils", "makes, copies and exports their disks", "qemu-img"),
    HostPackage("ovmf", "is their UEFI firmware", "/usr/share/OVMF/OVMF_CODE_4M.fd"),
    HostPackage("mtools", "writes into FAT images without root", "mcopy"),
    HostPackage("dosfstools", "makes the EFI partition and the cloud-init seed", "mkfs.vfat"),
    HostPackage("e2fsprogs", "makes the root file system without a loop mount", "mke2fs"),
    HostPackage("fdisk", "partitions the base image", "sfdisk"),
    HostPackage("mmdebstrap", "installs Debian into the base image", "mmdebstrap"),
    HostPackage("nftables", "leads to their port 22 where this host's own sshd holds it", "nft"),
    HostPackage("uidmap", "lets an ordinary user do so", "newuidmap", root_needs_it=False),
)


def find_command(name: str) -> str | None:
    """Return the path of a program, looked for in the system's folders too."""
    folders = os.pathsep.join((os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS))
    return shutil.which(name, path=folders)


def missing() -> tuple[HostPackage, ...]:
    """Return the packages that this user needs and whose proof is not on this host."""
    needed = (package for package in REQUIRED if package.root_needs_it or os.geteuid() != 0)
    return tuple(package for package in needed if not package.is_installed())


def install_line(packages: Iterable[HostPackage]) -> str:
    """Return the line that a person types to install them."""
    return "sudo apt-get install --yes --no-install-recommends " + " ".join(one.name for one in packages)


def install_line_of(command: str) -> str:
    """Return the line that installs the package of one command."""
    return install_line(package for package in REQUIRED if package.proof == command)


def install(report: Callable[[str], None]) -> tuple[HostPackage, ...]:
    """Install what is missing, saying first what and why; return what was installed.

    Raises HostPackagesError with the exact line when this user or this system cannot.
    """
    packages = missing()
    if not packages:
        return ()
    for package in packages:
        report(f"Debian package {package.name}: {package.why}")
    prefix = _privileges(packages)
    _run([*prefix, "apt-get", "update", "--quiet"], packages)
    names = [package.name for package in packages]
    _run([*prefix, "apt-get", "install", "--quiet", "--yes", "--no-install-recommends", *names], packages)
    return packages


def _privileges(packages: tuple[HostPackage, ...]) -> list[str]:
    """Return what goes before apt-get, or raise when nothing can."""
    if find_command("apt-get") is None:
        names = ", ".join(f"{package.name} ({package.proof})" for package in packages)
        raise HostPackagesError(
            f"this system has no apt-get; install by its own means, in Debian's names: {names}"
        )
    if os.geteuid() == 0:
        return ["env", "DEBIAN_FRONTEND=noninteractive"]
    if find_command("sudo") is None:
        line = install_line(packages).removeprefix("sudo ")
        raise HostPackagesError(f"neither root nor sudo here; run as root: {line}")
    return ["sudo", "DEBIAN_FRONTEND=noninteractive"]


def _run(argv: list[str], packages: tuple[HostPackage, ...]) -> None:
    """Run one apt-get, keeping its output for the case that it fails."""
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        last = " / ".join(done.stdout.strip().splitlines()[-3:])
        raise HostPackagesError(
            f"`{' '.join(argv)}` failed: {last}\nMend that, then: {install_line(packages)}"
        )
