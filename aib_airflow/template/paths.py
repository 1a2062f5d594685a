"""Paths that a file names: they stay in its folder."""

from __future__ import annotations

from pathlib import Path, PurePath

MAX_PART_BYTES = 255
MAX_PATH_BYTES = 4000
"""Linux's limits; asking the disk for more is an error of its own."""


class PathError(ValueError):
    """A name is no path inside the folder; the message goes on from the name."""


def path_inside(folder: Path, name: str) -> Path:
    """Return the path of `name` in `folder`, whether it is there or not. Raises PathError."""
    parts = PurePath(name).parts
    if (
        any(len(part.encode("utf-8", "replace")) > MAX_PART_BYTES for part in parts)
        or len(name) > MAX_PATH_BYTES
    ):
        raise PathError("is too long for a path")
    path = Path(folder, name)
    if "\0" in name or not path.resolve().is_relative_to(folder.resolve()):
        raise PathError("leaves its folder")
    return path
