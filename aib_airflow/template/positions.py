"""Find the line and column of a path in JSON or YAML text; asked only once something is wrong."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from aib_airflow.template.yaml_documents import yaml_positions

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath

Position = tuple[int, int]
"""Line and column, from 1."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


def find_position(text: str, path: DocumentPath, *, is_yaml: bool) -> Position:
    """Return where `path` is written, or the nearest thing around it that is."""
    known = _yaml_table(text) if is_yaml else _json_table(text)
    while path and path not in known:
        path = path[:-1]
    return known.get(path, (1, 1))


@lru_cache(maxsize=8)
def _yaml_table(text: str) -> dict[DocumentPath, Position]:
    return yaml_positions(text)


@lru_cache(maxsize=8)
def _json_table(text: str) -> dict[DocumentPath, Position]:
    line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return {path: _place(line_starts, offset) for path, offset in json_offsets(text).items()}


def _place(line_starts: list[int], offset: int) -> Position:
    line = bisect_right(line_starts, offset)
    return line, offset - line_starts[line - 1] + 1


def json_offsets(text: str) -> dict[DocumentPath, int]:
    """Return where each field's name and each array's item begins in valid JSON; () is the whole."""
    offsets: dict[DocumentPath, int] = {}
    path: list[str | int | None] = []  # None: an object that waits for its next field's name

    def remember(offset: int) -> None:
        offsets[tuple(part for part in path if part is not None)] = offset

    for token in _TOKEN.finditer(text):
        mark = token.group()
        if mark == ",":
            path[-1] = path[-1] + 1 if isinstance(path[-1], int) else None
        elif mark in "}]":
            path.pop()
        elif path and path[-1] is None:
            path[-1] = json.loads(mark, strict=False)
            remember(token.start())
        elif mark != ":":
            if not path or isinstance(path[-1], int):
                remember(token.start())
            if mark in "{[":
                path.append(None if mark == "{" else 0)
    return offsets
