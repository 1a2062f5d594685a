"""What a template folder holds now: each file with the digest of its content, and one version for all of it."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

VERSION_LENGTH = 16
"""Hexadecimal digits of a version, as people see it in Airflow's UI."""

_LAYOUT = "1"
"""Changes when a version's folder looks different for the same files."""

# A file that changed this recently may change again without a new time: it is read again at the next look.
_SETTLED_AFTER_NS = 2_000_000_000

_Signature = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of a folder by relative path, each with the SHA-256 of its content and of nothing else."""

    version: str
    files: Mapping[str, str]


class TemplateFolder:
    """A folder of templates, and the scripts and files beside them.

    Hidden files are left out, and so are links that lead out of the folder, for no template may either.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, tuple[_Signature, str]] = {}

    def look(self) -> Snapshot:
        """Return what is there now; a file is read only if it may have changed. Raises OSError."""
        now_ns = time.time_ns()
        seen: dict[str, tuple[_Signature, str]] = {}
        settled: dict[str, tuple[_Signature, str]] = {}
        for name, status in sorted(_walk(self.path, self.path.resolve(), "")):
            signature = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)
            known = self._known.get(name)
            seen[name] = known if known and known[0] == signature else (signature, self._digest(name))
            if now_ns - max(signature[:2]) > _SETTLED_AFTER_NS:
                settled[name] = seen[name]
        self._known = settled
        files = {name: digest for name, (_, digest) in seen.items()}
        return Snapshot(_version(files), files)

    def _digest(self, name: str) -> str:
        with (self.path / name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def _walk(folder: Path, root: Path, prefix: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name == "__pycache__":
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(Path(entry.path), root, f"{prefix}{entry.name}/")
            elif entry.is_file() and not _leads_out(entry, root):
                yield f"{prefix}{entry.name}", entry.stat()


def _leads_out(entry: os.DirEntry[str], root: Path) -> bool:
    return entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(root)


def _version(files: Mapping[str, str]) -> str:
    lines = "\n".join(f"{digest} {name}" for name, digest in files.items())
    return hashlib.sha256(f"{_LAYOUT}\n{lines}".encode()).hexdigest()[:VERSION_LENGTH]
