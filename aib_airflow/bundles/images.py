"""Which images a folder has, and which of them a change of its files concerns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from aib_airflow.template import find_templates

DOCUMENT_SUFFIXES = frozenset((".json", ".yaml", ".yml"))


def find_images(folder: Path) -> dict[str, Path]:
    """Return the template or pipeline file of each image; of two for one image, the last."""
    return {file.stem: file for file in find_templates(folder)}


@dataclass(frozen=True, slots=True)
class Change:
    """Two states of a folder: files by relative path, each with the digest of its content."""

    before: Mapping[str, str]
    after: Mapping[str, str]

    def images(self, folder: Path) -> frozenset[str]:
        """Return the images of the folder, as it is after, whose own files changed or whose file names one that did.

        A name that a template puts together of parts is not found: Airflow's next regular pass finds it.
        """
        names = {PurePosixPath(path).name for path in self._files()}
        if not names:
            return frozenset()
        changed = {name.partition(".")[0] for name in names}
        found = find_images(folder)
        return frozenset(
            image
            for image, file in found.items()
            if image.partition(".")[0] in changed or _mentions(file, names)
        )

    def of_documents(self) -> Change:
        """Leave out files whose text alone changed and that no template is read from, such as scripts."""
        scripts = {
            path
            for path in self.before.keys() & self.after.keys()
            if PurePosixPath(path).suffix not in DOCUMENT_SUFFIXES
        }
        return Change(
            {path: digest for path, digest in self.before.items() if path not in scripts},
            {path: digest for path, digest in self.after.items() if path not in scripts},
        )

    def _files(self) -> set[str]:
        paths = self.before.keys() | self.after.keys()
        return {path for path in paths if self.before.get(path) != self.after.get(path)}


def _mentions(file: Path, names: set[str]) -> bool:
    text = file.read_bytes()
    return any(name.encode() in text for name in names)
