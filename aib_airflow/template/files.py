"""The files that one reading is made of, each read once, so that reading again says the same."""

from __future__ import annotations

from pathlib import Path

from aib_airflow.template.documents import SourceFile


class Files:
    """Local files by path; what was asked for once is never asked of the disk again."""

    def __init__(self) -> None:
        self._known: dict[Path, SourceFile | None] = {}

    def read(self, path: Path) -> SourceFile:
        """Return a file. Raises TemplateError when it cannot be read."""
        file = self._known.get(path) or SourceFile.read(path)
        self._known[path] = file
        return file

    def find(self, path: Path) -> SourceFile | None:
        """Return a file, or None if there is none."""
        if path not in self._known and not path.is_file():
            self._known[path] = None
        return self.read(path) if self._known.get(path, path) else None
