"""Pack the guest's own settings (guest_root/) for mmdebstrap: some before the packages, the rest after them."""

from __future__ import annotations

import contextlib
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

EARLY = ("etc/initramfs-tools",)
"""Read while the kernel is installed, so that its initramfs is made once and small."""


@dataclass(frozen=True, slots=True)
class GuestFiles:
    """Two archives to unpack at the guest's root."""

    before_packages: Path
    after_packages: Path


@contextlib.contextmanager
def packed(root: Path) -> Iterator[GuestFiles]:
    """Give both archives for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="aib-guest-") as folder:
        files = GuestFiles(Path(folder, "early.tar"), Path(folder, "late.tar"))
        everything = [path.relative_to(root) for path in sorted(root.rglob("*")) if path.is_file()]
        early = [path for path in everything if str(path).startswith(EARLY)]
        _pack(files.before_packages, root, early)
        _pack(files.after_packages, root, everything)
        yield files


def _pack(target: Path, root: Path, names: list[Path]) -> None:
    with tarfile.open(target, "w") as tar:
        for name in names:
            tar.add(root / name, str(name), filter=_as_roots)


def _as_roots(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Give the file to root, whoever owns this checkout and whatever his umask."""
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    member.mode = 0o644
    return member
