"""JSON beyond reproach, read fast; anything to remark upon is `lenient_json`'s."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from aib_airflow.template.documents.json_scalars import finite
from aib_airflow.template.documents.json_tokens import ESCAPE_IN_PATH

MAX_VALUES = 30_000
"""Values in one document; the largest templates known have six thousand."""
MAX_DEPTH = 100
"""Brackets within brackets."""

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def read_plain_json(text: str) -> Any:
    """Read one value. Raises ValueError where `read_json` may have something to say."""
    if text.count(",") + text.count("[") + text.count("{") >= MAX_VALUES:
        raise ValueError("perhaps too many values")
    if "\\u" in text and _SURROGATE_ESCAPE.search(text):
        raise ValueError("perhaps half a character")
    if ":\\" in text and ESCAPE_IN_PATH.search(text):
        raise ValueError("perhaps a path with a tab in it")
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=finite)
    except RecursionError:
        raise ValueError("brackets are nested too deeply") from None
    if is_too_deep(value):
        raise ValueError("brackets are nested too deeply")
    return value


def is_too_deep(value: Any) -> bool:
    """Tell whether values are nested deeper than is read."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for each in level for inner in _containers_in(each)]
        if not level:
            return False
    return True


def _containers_in(value: Any) -> list[Any]:
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [each for each in values if isinstance(each, dict | list)]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field is given twice")
    return fields


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
