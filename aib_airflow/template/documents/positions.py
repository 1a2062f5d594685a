"""Find the line and column of a path in JSON or YAML text; asked only once something is to be said."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from aib_airflow.template.documents.lenient_json import read_json
from aib_airflow.template.documents.yaml_documents import yaml_positions
from aib_airflow.template.faults import START, Position

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath


@dataclass(frozen=True, slots=True)
class PathInText:
    """The place of a path in a text, found when it is asked for."""

    text: str
    path: DocumentPath
    is_yaml: bool

    def __call__(self) -> Position:
        """Return where the path is written, or the nearest thing around it that is."""
        known = _yaml_table(self.text) if self.is_yaml else _json_table(self.text)
        path = self.path
        while path and path not in known:
            path = path[:-1]
        return known.get(path, START)


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
