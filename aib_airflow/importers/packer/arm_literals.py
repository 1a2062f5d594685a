"""Known values as ARM writes them."""

from __future__ import annotations

import re
from typing import Any

_QUOTED = re.compile(r"'((?:[^']|'')*)'")


def escape(value: Any) -> Any:
    """Return a literal; a text in brackets gets one more, or ARM would take it for an expression."""
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        return f"[{value}"
    return value


def write_literal(value: Any) -> str:
    """Write a value inside an expression."""
    match value:
        case None:
            return "null()"
        case bool():
            return "true()" if value else "false()"
        case int():
            return str(value)
        case list():
            return f"createArray({', '.join(write_literal(item) for item in value)})"
        case dict():
            pairs = (f"{write_literal(str(key))}, {write_literal(item)}" for key, item in value.items())
            return f"createObject({', '.join(pairs)})"
    return "'" + str(value).replace("'", "''") + "'"


def as_value(expression: str) -> Any:
    """Write an expression as a value of its own."""
    text = read_literal(expression)
    return f"[{expression}]" if text is None else escape(text)


def read_literal(expression: str) -> str | None:
    """Return the text that an expression is, or None if it is more than a text in quotes."""
    match = _QUOTED.fullmatch(expression)
    return match.group(1).replace("''", "'") if match else None
