"""ARM's functions on text: joining, cutting, formatting, encoding, and names derived by hashing."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import urllib.parse
import uuid
from typing import Any

from aib_airflow.arm_template.errors import ExpressionError
from aib_airflow.arm_template.functions.registry import (
    MAX_TEXT,
    arm_function,
    identity,
    kind_of,
    limited,
    need_text,
    need_whole_number,
    too_long,
)

_GUID_NAMESPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")  # fixed by Azure for guid()
_HOLE = re.compile(r"\{\{|\}\}|\{(\d{1,4})(?::([^{}]*))?\}|[{}]")


def as_text(function: str, value: Any) -> str:
    """Write `value` as ARM does inside concat and format: booleans as True and False, as .NET has it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, list | dict):
        return limited(function, json.dumps(value, separators=(",", ":"), ensure_ascii=False))
    raise ExpressionError(f"{function}() cannot write {kind_of(value)} as text")


@arm_function("concat", 1)
def concat(*values: Any) -> Any:
    """Join texts, or arrays."""
    if all(isinstance(value, list) for value in values):
        return [item for value in values for item in value]
    if any(isinstance(value, list | dict) for value in values):
        raise ExpressionError("concat() joins either texts or arrays, not both")
    return limited("concat", "".join(as_text("concat", value) for value in values))


@arm_function("format", 1)
def format_text(pattern: Any, *values: Any) -> str:
    """Fill `{0}`, `{1}`; of .NET's format specifiers `D<width>` is known, any other is refused by name."""
    parts: list[str] = []
    length = end = 0
    text = need_text("format", pattern)
    for hole in _HOLE.finditer(text):
        parts += (text[end : hole.start()], _fill(hole, values))
        end = hole.end()
        length += len(parts[-1])
        if length > MAX_TEXT:
            raise too_long("format")
    return limited("format", "".join(parts) + text[end:])


def _fill(hole: re.Match[str], values: tuple[Any, ...]) -> str:
    written, number, specifier = hole.group(), hole.group(1), hole.group(2)
    if written in ("{{", "}}"):
        return written[0]
    if number is None:
        raise ExpressionError(
            f"format() finds a single '{written}'", f"write '{written * 2}' for the character"
        )
    if int(number) >= len(values):
        raise ExpressionError(f"format() has no argument for {{{number}}}")
    value = values[int(number)]
    if not specifier:
        return as_text("format", value)
    digits = re.fullmatch(r"[Dd](\d{1,2})", specifier)
    if digits is None or isinstance(value, bool) or not isinstance(value, int):
        raise ExpressionError(f"format() does not support the specifier '{written}' for {kind_of(value)} yet")
    return f"{value:0{int(digits.group(1)) + (value < 0)}d}"


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
    if not isinstance(items, list):
        raise ExpressionError(f"join() needs an array, not {kind_of(items)}")
    between = need_text("join", separator)
    if len(between) * len(items) > MAX_TEXT:
        raise too_long("join")
    return limited("join", between.join(as_text("join", item) for item in items))


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
        return next((index for index, item in enumerate(text) if identity(item) == identity(part)), -1)
    return need_text("indexOf", text).lower().find(need_text("indexOf", part).lower())


@arm_function("lastIndexOf", 2, 2)
def last_index_of(text: Any, part: Any) -> int:
    """Return where `part` is last found, or -1; case does not count."""
    return need_text("lastIndexOf", text).lower().rfind(need_text("lastIndexOf", part).lower())


@arm_function("base64", 1, 1)
def to_base64(text: Any) -> str:
    """Encode the UTF-8 bytes of `text`."""
    return limited("base64", base64.b64encode(_bytes("base64", text)).decode())


@arm_function("base64ToString", 1, 1)
def from_base64(text: Any) -> str:
    """Decode base64 that holds UTF-8."""
    try:
        return base64.b64decode(need_text("base64ToString", text), validate=True).decode()
    except ValueError:
        raise ExpressionError("base64ToString() needs base64 of UTF-8 text") from None


@arm_function("uri", 2, 2)
def uri(base: Any, relative: Any) -> str:
    """Resolve `relative` against `base`."""
    try:
        return limited("uri", urllib.parse.urljoin(need_text("uri", base), need_text("uri", relative)))
    except ValueError as wrong:
        raise ExpressionError(f"uri() cannot join these: {wrong}") from None


@arm_function("uriComponent", 1, 1)
def uri_component(text: Any) -> str:
    """Percent-encode `text`."""
    return limited("uriComponent", urllib.parse.quote(_bytes("uriComponent", text), safe=""))


@arm_function("guid", 1)
def guid(*values: Any) -> str:
    """Return Azure's own GUID for these values: version 5, in Azure's namespace."""
    joined = "-".join(as_text("guid", value) for value in values)
    return str(uuid.uuid5(_GUID_NAMESPACE, _bytes("guid", joined).decode()))


@arm_function("uniqueString", 1)
def unique_string(*values: Any) -> str:
    """Return 13 characters that depend on the values only.

    They are stable, but not those Azure would make. A name that must equal one that a deployment made has
    to be given as a parameter.
    """
    joined = "-".join(as_text("uniqueString", value) for value in values)
    digest = hashlib.sha256(_bytes("uniqueString", joined)).digest()
    return base64.b32encode(digest).decode().lower()[:13]


def _bytes(function: str, text: Any) -> bytes:
    try:
        return need_text(function, text).encode()
    except UnicodeEncodeError:
        raise ExpressionError(f"{function}() needs text that UTF-8 can write") from None
