"""Find the line and column of a path in JSON or YAML text; asked only once something is to be said."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from aib_airflow.template.lenient_json import read_json
from aib_airflow.template.yaml_documents import yaml_positions

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath

Position = tuple[int, int]
"""Line and column, from 1."""


def find_position(text: str, path: DocumentPath, *, is_yaml: bool) -> Position:
    """Return where `path` is written, or the nearest thing around it that is."""
    known = _yaml_table(text) if is_yaml else _json_table(text)
    while path and path not in known:
        path = path[:-1]
    return known.get(path, (1, 1))


def place_of(text: str, offset: int) -> Position:
    """Return the line and column of an offset."""
    starts = _line_starts(text)
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


@lru_cache(maxsize=4)
def _yaml_table(text: str) -> dict[DocumentPath, Position]:
    return yaml_positions(text)


@lru_cache(maxsize=4)
def _json_table(text: str) -> dict[DocumentPath, Position]:
    return {path: place_of(text, offset) for path, offset in read_json(text).places.items()}


@lru_cache(maxsize=4)
def _line_starts(text: str) -> list[int]:
    return [0, *(line_break.end() for line_break in re.finditer("\n", text))]
