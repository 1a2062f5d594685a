"""What the functions of the ARM language ask of their arguments, and the limits every one of them keeps."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NoReturn

from aib_airflow.arm_template.errors import ExpressionError
from aib_airflow.arm_template.unknown import Undetermined, Unknown

MAX_TEXT = 262_144
"""Characters in one evaluated text; an expression that doubles itself ends here."""

_KINDS = {
    type(None): "null",
    bool: "a boolean",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "an array",
    dict: "an object",
}


def need_text(function: str, value: Any) -> str:
    """Return `value` if it is a text. Raises ExpressionError, or Undetermined."""
    if not isinstance(value, str):
        raise wrong_kind(function, "a text", value)
    return value


def need_whole_number(function: str, value: Any) -> int:
    """Return `value` if it is an integer. Raises ExpressionError, or Undetermined."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_kind(function, "a whole number", value)
    return value


def need_bool(function: str, value: Any) -> bool:
    """Return `value` if it is true or false. Raises ExpressionError, or Undetermined."""
    if not isinstance(value, bool):
        raise wrong_kind(function, "true or false", value)
    return value


def need_array(function: str, value: Any) -> list[Any]:
    """Return `value` if it is an array, whose items may be Unknowns. Raises ExpressionError, or Undetermined."""
    if not isinstance(value, list):
        raise wrong_kind(function, "an array", value)
    return value


def need_object(function: str, value: Any) -> dict[str, Any]:
    """Return `value` if it is an object, whose fields may be Unknowns. Raises ExpressionError, or Undetermined."""
    if not isinstance(value, dict):
        raise wrong_kind(function, "an object", value)
    return value


def wrong_kind(function: str, wanted: str, value: Any) -> ExpressionError | Undetermined:
    """Make the exception of an argument that is not what is wanted, or that nobody knows yet."""
    if isinstance(value, Unknown):
        return Undetermined(value.needs)
    return ExpressionError(f"{function}() needs {wanted}, not {kind_of(value)}")


def kind_of(value: Any) -> str:
    """Name the JSON type of `value` for a message."""
    return _KINDS.get(type(value), type(value).__name__)


def as_json(value: Any, *, sort_keys: bool = False) -> str:
    """Write `value` as JSON without spaces. Raises Undetermined if an Unknown is in it."""
    return json.dumps(
        value, sort_keys=sort_keys, separators=(",", ":"), ensure_ascii=False, default=_undetermined
    )


def _undetermined(unknown: Unknown) -> NoReturn:
    raise Undetermined(unknown.needs)


def identity(value: Any) -> str:
    """Return a text that two values share if they are equal to ARM; to Python, true equals 1.

    Raises Undetermined if an Unknown is in it.
    """
    return as_json(value, sort_keys=True)


def find_key(mapping: dict[str, Any], key: str) -> str | None:
    """Return the key of `mapping` that equals `key` in ARM's eyes, where case does not count."""
    if key in mapping:
        return key
    folded = key.lower()
    return next((name for name in mapping if name.lower() == folded), None)


def field_of(mapping: dict[str, Any], key: str) -> Any:
    """Return the field of `mapping` that equals `key` in ARM's eyes, and None where there is none."""
    name = find_key(mapping, key)
    return None if name is None else mapping[name]


def entries_of(section: Any) -> Iterable[tuple[str | int, Any]]:
    """Return an array's or an object's items with their indices or keys; of anything else there are none."""
    if isinstance(section, dict):
        return section.items()
    return enumerate(section) if isinstance(section, list) else ()


def limited(function: str, text: str) -> str:
    """Return `text`. Raises ExpressionError if it grew past MAX_TEXT."""
    if len(text) > MAX_TEXT:
        raise too_long(function)
    return text


def too_long(function: str) -> ExpressionError:
    """Make the error of a text that grew past MAX_TEXT."""
    return ExpressionError(f"{function}() makes a text of more than {MAX_TEXT} characters")
