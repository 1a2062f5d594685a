"""Where a bundle keeps its versions on disk: each a read-only copy of the template folder, and the one that is live.

    kept/<version>/templates/         the copy; files that did not change are links to those of the version before
    kept/<version>/dags/              a loader for each image: what a task's process imports
    kept/<version>/last_good/<image>  where an image's template is broken: the templates that it was last good in
    live -> kept/<version>
    dags/                             the loaders of the live version: what the DAG processor imports

The DAG processor's loaders keep their place over all versions, for Airflow may still hold the old path of a file
that waits in its queue.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from aib_airflow.bundles.folder import Snapshot, TemplateFolder
from aib_airflow.bundles.images import Change, find_images
from aib_airflow.bundles.loader import LAST_GOOD, LIVE, TEMPLATES, is_broken

DAGS = "dags"
_FILES = "files.json"

_LOADER = '''\
"""A DAG file that Airflow reads instead of the template of image {image}."""

from aib_airflow.bundles.loader import {function}

globals().update({function}(__file__, {image!r}))
'''

# Airflow reads a file again at once if it is newer than the end of its last reading, which may be the end of
# a reading of the old version that is just going on.
_READING_S = 3
_SECONDS_A_DAY = 86_400


class FolderChangedError(Exception):
    """A file changed between being looked at and being copied."""


class VersionStore:
    """The versions of one bundle. All that writes is called under the bundle's lock."""

    def __init__(self, root: Path) -> None:
        self._kept = root / "kept"
        self._live = root / LIVE
        self.live_dags = root / DAGS

    def dags(self, version: str) -> Path:
        """Return the folder that a task of this version reads."""
        return self._kept / version / DAGS

    def live_version(self) -> str | None:
        """Return the version that is live, if one is."""
        version = self._live.readlink().name if self._live.is_symlink() else None
        return version if version and self.has(version) else None

    def has(self, version: str) -> bool:
        """Tell whether a version is here, whole."""
        return (self._kept / version).is_dir()

    def keep(self, snapshot: Snapshot, folder: TemplateFolder) -> None:
        """Copy a folder, unless its version is here. Raises FolderChangedError; then nothing has changed here."""
        if self.has(snapshot.version):
            return
        self._kept.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=".new-", dir=self._kept))
        try:
            new.chmod(0o755)  # tasks may run as another user
            self._copy(snapshot.files, folder.path, new / TEMPLATES)
            if folder.look() != snapshot:
                raise FolderChangedError(str(folder.path))
            (new / _FILES).write_text(json.dumps(snapshot.files), encoding="utf-8")
            self._link_last_good(new)
            _write_loaders(new / DAGS, new)
            new.rename(self._kept / snapshot.version)
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def go_live(self, version: str) -> None:
        """Make a version the one that the DAG processor reads, and the changed images those it reads first."""
        change = Change(self._files(self._live), self._files(self._kept / version))
        link = self._live.with_name(f".{LIVE}")
        link.unlink(missing_ok=True)
        link.symlink_to(Path(self._kept.name, version))
        link.replace(self._live)
        _write_loaders(self.live_dags, self._live)
        soon = time.time() + _READING_S
        for image in change.images(self._live / TEMPLATES):
            for loader in self.live_dags.glob(f"{image}.*"):
                os.utime(loader, (soon, soon))

    def touch(self, version: str) -> None:
        """Note that a version is in use; who may not write here leaves it as it is."""
        try:
            os.utime(self._kept / version)
        except PermissionError:
            return

    def prune(self, unused_days: float) -> None:
        """Delete what is not live, nor used by a task for so many days, nor the last good one of an image."""
        oldest = time.time() - unused_days * _SECONDS_A_DAY
        needed = {link.readlink().parent.name for link in self._kept.glob(f"*/{LAST_GOOD}/*")}
        needed.add(self._live.readlink().name)
        for folder in self._kept.iterdir():
            if folder.name not in needed and folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)

    def _files(self, version: Path) -> Mapping[str, str]:
        try:
            files: dict[str, str] = json.loads((version / _FILES).read_bytes())
        except FileNotFoundError:
            return {}
        return files

    def _copy(self, files: Mapping[str, str], source: Path, target: Path) -> None:
        before = self._files(self._live)
        target.mkdir()
        for name, digest in files.items():
            copy = target / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if before.get(name) == digest:
                os.link(self._live / TEMPLATES / name, copy)
            else:
                shutil.copyfile(source / name, copy)
                copy.chmod(0o444)

    def _link_last_good(self, new: Path) -> None:
        """Let each image that was good in the live version, and is broken in the new one, stay what it was."""
        (new / LAST_GOOD).mkdir()
        if (live := self.live_version()) is None:
            return
        change = Change(self._files(self._live), self._files(new)).of_documents()
        changed = change.images(new / TEMPLATES)
        images = find_images(new / TEMPLATES).keys() & find_images(self._live / TEMPLATES).keys()
        for image in images:
            was = self._live / LAST_GOOD / image
            if is_broken(new / TEMPLATES, image) if image in changed else was.is_symlink():
                if was.is_symlink():
                    (new / LAST_GOOD / image).symlink_to(was.readlink())
                elif not is_broken(self._live / TEMPLATES, image):
                    (new / LAST_GOOD / image).symlink_to(Path("..", "..", live, TEMPLATES))


def _write_loaders(folder: Path, version: Path) -> None:
    """Make the loaders of a version in a folder; those that are there and right are not touched."""
    folder.mkdir(exist_ok=True)
    wanted = dict(_loaders(version))
    present = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    for gone in present.keys() - wanted.keys():
        (folder / gone).unlink()
    for name, text in wanted.items():
        if present.get(name) != text:
            (folder / name).write_text(text, encoding="utf-8")


def _loaders(version: Path) -> Iterator[tuple[str, str]]:
    for image in find_images(version / TEMPLATES):
        yield f"{image}.py", _LOADER.format(image=image, function="load_image")
    for link in (version / LAST_GOOD).iterdir():
        yield f"{link.name}.broken.py", _LOADER.format(image=link.name, function="report_image")
