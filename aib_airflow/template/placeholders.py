"""Find what an author left for somebody to fill in: `<region>`, `#{region}#`, `$(region)`, `__REGION__`, `/{region}/`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath

_PLACEHOLDER = re.compile(
    r"<[A-Za-z][\w .:/-]*>|#\{[\w.-]+\}#|\{\{\s*[\w.-]+\s*\}\}|\$\([\w.-]+\)|\$\{[\w.-]+\}"
    r"|(?<=/)\{[A-Za-z][\w-]*\}(?=/|$)|\b__[A-Za-z][A-Za-z0-9_]*__\b"
)

_CODE = {"inline", "filters", "searchCriteria", "restartCommand", "restartCheckCommand"}
"""Fields that hold commands, in which all of these have a meaning of their own."""

_PROSE = {"metadata", "description", "$schema", "functions", "outputs"}


def find_placeholders(document: Any) -> Iterator[tuple[DocumentPath, str]]:
    """Yield each placeholder with the path of its text; one in a field's name has the field's path."""
    waiting: list[tuple[DocumentPath, Any]] = [((), document)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            yield from ((path, found.group()) for found in _PLACEHOLDER.finditer(value))
        elif isinstance(value, list):
            waiting += [((*path, index), item) for index, item in enumerate(value)][::-1]
        elif isinstance(value, dict):
            kept = [(key, item) for key, item in value.items() if key not in _CODE and key not in _PROSE]
            for key, _ in kept:
                yield from (((*path, key), found.group()) for found in _PLACEHOLDER.finditer(key))
            waiting += [((*path, key), item) for key, item in kept][::-1]
