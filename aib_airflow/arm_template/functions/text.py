"""ARM's functions on text: joining, cutting, formatting."""

from __future__ import annotations

import re
from typing import Any

from aib_airflow.arm_template.errors import ExpressionError
from aib_airflow.arm_template.functions.arguments import (
    MAX_TEXT,
    as_json,
    identity,
    limited,
    need_array,
    need_text,
    need_whole_number,
    too_long,
    wrong_kind,
)
from aib_airflow.arm_template.functions.registry import arm_function
from aib_airflow.arm_template.unknown import Undetermined, is_known, needs_of

_HOLE = re.compile(r"\{\{|\}\}|\{(\d{1,4})(?:,(-?\d{1,3}))?(?::([^{}]*))?\}|[{}]")


def as_text(function: str, value: Any) -> str:
    """Write `value` as ARM does inside concat and format: booleans as True and False, as .NET has it.

    Raises ExpressionError, and Undetermined where an Unknown is in it.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, list | dict):
        return limited(function, as_json(value))
    raise wrong_kind(function, "a value that can be written as text", value)


@arm_function("concat", 1)
def concat(*values: Any) -> Any:
    """Join texts, or arrays."""
    if all(isinstance(value, list) for value in values):
        return [item for value in values for item in value]
    texts = [as_text("concat", value) for value in values if not isinstance(value, list | dict)]
    if len(texts) < len(values):
        raise ExpressionError("concat() joins either texts or arrays, not both")
    return limited("concat", "".join(texts))


@arm_function("format", 1)
def format_text(pattern: Any, *values: Any) -> str:
    """Fill `{0}`, `{1}`, with .NET's widths and, for numbers, its format specifiers."""
    text = need_text("format", pattern)
    parts: list[str] = []
    length = end = 0
    for hole in _HOLE.finditer(text):
        parts += (text[end : hole.start()], _fill(hole, values))
        end = hole.end()
        length += len(parts[-1])
        if length > MAX_TEXT:
            raise too_long("format")
    return limited("format", "".join(parts) + text[end:])


def _fill(hole: re.Match[str], values: tuple[Any, ...]) -> str:
    written, number, width, specifier = hole.group(), hole.group(1), hole.group(2), hole.group(3)
    if written in ("{{", "}}"):
        return written[0]
    if number is None:
        fix = f"write '{written * 2}' for the character"
        raise ExpressionError(f"format() finds a single '{written}'", fix)
    if int(number) >= len(values):
        raise ExpressionError(f"format() has no argument for {{{number}}}")
    value = values[int(number)]
    is_number = isinstance(value, int) and not isinstance(value, bool)
    text = format_number(value, specifier) if specifier and is_number else as_text("format", value)
    columns = int(width or 0)
    return text.rjust(columns) if columns > 0 else text.ljust(-columns)


def format_number(value: int, specifier: str) -> str:
    """Write a whole number by one of .NET's format strings. Raises ExpressionError for those not known here."""
    standard = re.fullmatch(r"([DdXxNnFfGg])(\d{0,2})", specifier)
    if standard:
        kind, digits = standard.group(1), int(standard.group(2) or 0)
        places = digits if standard.group(2) else 2
        match kind.lower():
            case "d":
                return f"{value:0{digits + (value < 0)}d}"
            case "x":
                return f"{value & 0xFFFFFFFFFFFFFFFF if value < 0 else value:0{digits}{kind}}"
            case "n":
                return f"{value:,.{places}f}" if abs(value) < 2**53 else f"{value:,}" + _zeros(places)
            case "f":
                return f"{value}" + _zeros(places)
            case "g":
                return str(value)
    if re.fullmatch(r"0{1,99}", specifier):
        return f"{value:0{len(specifier) + (value < 0)}d}"
    raise ExpressionError(f"format() does not support the specifier '{specifier}' of a number")


def _zeros(places: int) -> str:
    return "." + "0" * places if places else ""


@arm_function("string", 1, 1)
def to_string(value: Any) -> str:
    """Write any value as text."""
    return as_text("string", value)


@arm_function("toLower", 1, 1)
def to_lower(text: Any) -> str:
    """Return `text` in lower case."""
    return need_text("toLower", text).lower()


@arm_function("toUpper", 1, 1)
def to_upper(text: Any) -> str:
    """Return `text` in upper case."""
    return need_text("toUpper", text).upper()


@arm_function("trim", 1, 1)
def trim(text: Any) -> str:
    """Return `text` without the white space around it."""
    return need_text("trim", text).strip()


@arm_function("replace", 3, 3)
def replace(text: Any, old: Any, new: Any) -> str:
    """Replace every `old` by `new`."""
    whole, old, new = need_text("replace", text), need_text("replace", old), need_text("replace", new)
    if not old:
        raise ExpressionError("replace() cannot look for an empty text")
    if len(whole) + whole.count(old) * (len(new) - len(old)) > MAX_TEXT:
        raise too_long("replace")
    return whole.replace(old, new)


@arm_function("split", 2, 2)
def split(text: Any, separators: Any) -> list[str]:
    """Cut `text` at one separator, or at any of several."""
    whole = need_text("split", text)
    marks = [
        need_text("split", mark) for mark in (separators if isinstance(separators, list) else [separators])
    ]
    marks = [mark for mark in marks if mark]
    return re.split("|".join(re.escape(mark) for mark in marks), whole) if marks else [whole]


@arm_function("join", 2, 2)
def join(items: Any, separator: Any) -> str:
    """Join an array's items with `separator`."""
    whole, between = need_array("join", items), need_text("join", separator)
    if len(between) * len(whole) > MAX_TEXT:
        raise too_long("join")
    return limited("join", between.join(as_text("join", item) for item in whole))


@arm_function("substring", 2, 3)
def substring(text: Any, start: Any, length: Any = None) -> str:
    """Return `length` characters from `start`; all that follow if no length is given."""
    whole, begin = need_text("substring", text), need_whole_number("substring", start)
    end = len(whole) if length is None else begin + need_whole_number("substring", length)
    if not 0 <= begin <= end <= len(whole):
        raise ExpressionError(f"substring() asks for characters {begin} to {end} of a text of {len(whole)}")
    return whole[begin:end]


@arm_function("padLeft", 2, 3)
def pad_left(value: Any, width: Any, character: Any = " ") -> str:
    """Fill `value` on the left up to `width` characters."""
    total, fill = need_whole_number("padLeft", width), need_text("padLeft", character)
    if total > MAX_TEXT:
        raise too_long("padLeft")
    if len(fill) != 1:
        raise ExpressionError("padLeft() fills with one character")
    return as_text("padLeft", value).rjust(total, fill)


@arm_function("startsWith", 2, 2)
def starts_with(text: Any, part: Any) -> bool:
    """Tell whether `text` begins with `part`; case does not count."""
    return need_text("startsWith", text).lower().startswith(need_text("startsWith", part).lower())


@arm_function("endsWith", 2, 2)
def ends_with(text: Any, part: Any) -> bool:
    """Tell whether `text` ends with `part`; case does not count."""
    return need_text("endsWith", text).lower().endswith(need_text("endsWith", part).lower())


@arm_function("indexOf", 2, 2)
def index_of(text: Any, part: Any) -> int:
    """Return where `part` is first found, or -1; case does not count in a text."""
    if isinstance(text, list):
        return next(iter(_places(text, part)), -1)
    return need_text("indexOf", text).lower().find(need_text("indexOf", part).lower())


@arm_function("lastIndexOf", 2, 2)
def last_index_of(text: Any, part: Any) -> int:
    """Return where `part` is last found, or -1; case does not count in a text."""
    if isinstance(text, list):
        return max(_places(text, part), default=-1)
    return need_text("lastIndexOf", text).lower().rfind(need_text("lastIndexOf", part).lower())


def _places(items: list[Any], wanted: Any) -> list[int]:
    if not is_known(items):
        raise Undetermined(needs_of(items))
    looked_for = identity(wanted)
    return [index for index, item in enumerate(items) if identity(item) == looked_for]
