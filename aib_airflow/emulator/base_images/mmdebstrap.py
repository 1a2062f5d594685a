"""Run mmdebstrap: the packages of the base image, the guest's settings, and the hooks that fill the disk."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from aib_airflow.emulator.base_images import partitions
from aib_airflow.emulator.base_images.apt_sources import SUITES, AptSource
from aib_airflow.emulator.base_images.guest_files import GuestFiles, packed
from aib_airflow.emulator.machines import tools

PACKAGES = (
    "linux-image-cloud-amd64",
    "systemd-sysv",
    "systemd-resolved",
    "libnss-resolve",         # the machine's own name resolves: sudo asks for it
    "dbus",                   # logind hears the power button
    "udev",
    "kmod",
    "iproute2",
    "openssh-server",
    "sudo",
    "cloud-init",
    "cloud-guest-utils",      # growpart
    "fdisk",                  # growpart's sfdisk
    "waagent",                # `waagent -deprovision+user`, as every Azure image has it
    "grub-efi-amd64",         # update-grub after a kernel upgrade
    "grub-efi-amd64-signed",  # the GRUB that the firmware starts
    "zstd",                   # packs the initramfs
    "ca-certificates",
    "curl",
)  # fmt: skip

DISABLED_UNITS = (
    "walinuxagent.service",  # its wireserver is Azure's; cloud-init does the provisioning
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "getty@tty1.service",  # there is no screen
    "systemd-pstore.service",
)

GRUB_ANSWERS = (
    "grub-efi-amd64 grub2/update_nvram boolean false",
    "grub-efi-amd64 grub2/force_efi_extra_removable boolean true",
)
"""A GRUB upgrade renews the file that firmware finds on any machine, and no machine's own boot entries."""

BUILD_ONLY_DPKG_OPTIONS = (
    "force-unsafe-io",
    "path-exclude=/usr/share/doc/*",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/locale/*",
)

CHROOT_SCRIPT = f"""set -e
printf '%s\\n' {" ".join(repr(answer) for answer in GRUB_ANSWERS)} | debconf-set-selections
systemctl --quiet enable systemd-networkd.service systemd-resolved.service
systemctl --quiet disable {" ".join(DISABLED_UNITS)}
ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
mkdir -p /boot/efi
: > /etc/machine-id
rm -f /etc/hostname /etc/ssh/ssh_host_* /var/lib/systemd/random-seed
rm -f /etc/apt/apt.conf.d/99mmdebstrap /etc/dpkg/dpkg.cfg.d/99mmdebstrap
rm -rf /var/cache/apt/*.bin /var/cache/apt/archives/*.deb /var/lib/apt/lists/*
"""

NO_TRANSLATIONS = 'Acquire::Languages "none"'
LAST_LINES = 8
PACKAGES_PER_LINE = 20

PHASES = {
    "I: running apt-get update": "package lists",
    "I: downloading packages": "download of the essential packages",
    "I: extracting archives": "unpacking of the essential packages",
    "I: installing remaining packages": "download of the kernel and the others",
    "I: running --chrooted-customize-hook": "the guest's settings",
    "I: cleaning package lists": "cleaning",
}

Report = Callable[[str], None]


class MmdebstrapError(Exception):
    """mmdebstrap failed. The message has its last lines."""


def mmdebstrap_argv(
    sources: Iterable[AptSource], guest_files: GuestFiles, disk: str, size_mib: int, proxies: Sequence[str]
) -> list[str]:
    """Build the command; `disk` is the image's name as the hooks see it."""
    return [
        *["mmdebstrap", "--verbose", "--variant=minbase", "--architectures=amd64", "--format=null"],
        *[f"--dpkgopt={option}" for option in BUILD_ONLY_DPKG_OPTIONS],
        *[f"--aptopt={option}" for option in (NO_TRANSLATIONS, *proxies)],
        "--include=" + ",".join(PACKAGES),
        f"--extract-hook=tar-in {shlex.quote(str(guest_files.before_packages))} /",
        f"--customize-hook=tar-in {shlex.quote(str(guest_files.after_packages))} /",
        f"--chrooted-customize-hook={CHROOT_SCRIPT}",
        f"--customize-hook={partitions.grub_hook(disk)}",
        f"--customize-hook={partitions.root_hook(disk, size_mib)}",
        SUITES[0],
        "-",
        *[str(source) for source in sources],
    ]


def install(
    sources: Iterable[AptSource], guest_root: Path, disk: Path, size_mib: int, report: Report
) -> None:
    """Install Debian into the disk's root partition. Raises MmdebstrapError with mmdebstrap's last lines.

    Run by an ordinary user, mmdebstrap works as another one, who may not enter this user's folders: the hooks
    get the disk as an open descriptor, and a mode that lets that user write through it.
    """
    with disk.open("rb+") as file, packed(guest_root) as guest_files:
        disk.chmod(0o666)
        hook_disk = f"/proc/self/fd/{file.fileno()}"
        argv = mmdebstrap_argv(sources, guest_files, hook_disk, size_mib, _host_proxies())
        with subprocess.Popen(
            [tools.find(argv[0]), *argv[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=[file.fileno()],
            text=True,
            errors="replace",
        ) as process:
            last_lines = _follow(process.stderr or [], report)
        if process.returncode:
            raise MmdebstrapError(f"mmdebstrap failed with exit code {process.returncode}: {last_lines}")


def _host_proxies() -> list[str]:
    """Return apt's proxy settings of this host as `apt-config` writes them."""
    lines = tools.run(["apt-config", "dump", "Acquire"]).splitlines()
    return [line for line in lines if re.match(r"Acquire::https?::Proxy ", line)]


def _follow(lines: Iterable[str], report: Report) -> str:
    """Report mmdebstrap's phases and packages; return its last lines, for an error."""
    last: deque[str] = deque(maxlen=LAST_LINES)
    for message in progress(_remembered(lines, last)):
        report(message)
    return " / ".join(last)


def _remembered(lines: Iterable[str], last: deque[str]) -> Iterator[str]:
    for line in lines:
        last.append(line.strip())
        yield line


def progress(lines: Iterable[str]) -> Iterator[str]:
    """Turn mmdebstrap's verbose output into a few lines for a person."""
    total = done = 0
    for line in lines:
        if found := re.match(r"\d+ upgraded, (\d+) newly installed", line):
            total += int(found[1])
        elif line.startswith("Setting up "):
            done += 1
            if done % PACKAGES_PER_LINE == 0:
                yield f"mmdebstrap: {done} of {max(total, done)} packages"
        elif phase := next((text for mark, text in PHASES.items() if line.startswith(mark)), None):
            yield f"mmdebstrap: {phase}"
