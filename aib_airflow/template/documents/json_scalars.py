"""The values of JSON's texts, numbers and words, and of what people write in their place."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from aib_airflow.template.documents.json_tokens import ESCAPE_IN_PATH, Token
from aib_airflow.template.documents.malformed import explain_bare, explain_quoted

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<fraction>(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)")
_WORDS = {"true": True, "false": False, "null": None}
_ESCAPE = re.compile(r'(?P<good>\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})|\\.', re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class Mistake(NamedTuple):
    """What is wrong with one scalar, which is read all the same."""

    offset: int
    message: str
    fix: str


def read_string(token: Token, note: Callable[[str, int], None]) -> tuple[str, list[Mistake]]:
    """Return what a text in double quotes says; `note` is told of raw line breaks, tabs and the like."""
    inner, start = token.text[1:-1], token.start + 1
    if control := _CONTROL.search(inner):
        kind = {"\n": "line break", "\r": "line break", "\t": "tab"}.get(control.group(), "control")
        note(kind, start + control.start())
    if "\\" not in inner:
        return inner, []
    try:
        said: str = json.loads(f'"{inner}"', strict=False)
    except ValueError:
        return inner, [_wrong_escape(inner, start)]
    if path := ESCAPE_IN_PATH.search(inner):
        note("path", start + path.start() + 1)
    if _SURROGATE.search(said):
        message = "half a character: \\ud800 to \\udfff come in pairs"
        return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", said), [
            Mistake(token.start, message, "write the character itself")
        ]
    return said, []


def _wrong_escape(inner: str, start: int) -> Mistake:
    wrong = next(each for each in _ESCAPE.finditer(inner) if not each["good"])
    message = f"'{wrong.group()}' in a text means nothing in JSON"
    return Mistake(start + wrong.start(), message, "write each backslash twice: \\\\")


def read_unquoted(token: Token) -> tuple[Any, list[Mistake]]:
    """Return the value of what is in no double quotes; what JSON does not know is read as a text."""
    if token.text in _WORDS:
        return _WORDS[token.text], []
    if number := _NUMBER.fullmatch(token.text):
        try:
            return finite(token.text) if number["fraction"] else int(token.text), []
        except ValueError:
            return 0, [Mistake(token.start, "this number is too large", "write fewer digits")]
    quoted = token.kind == "quoted"
    message, fix = explain_quoted(token.text) if quoted else explain_bare(token)
    return token.text[1:-1] if quoted else token.text, [Mistake(token.start, message, fix)]


def is_json(token: Token) -> bool:
    """Tell whether a token in no quotes is a number or word of JSON's."""
    return token.text in _WORDS or _NUMBER.fullmatch(token.text) is not None


def finite(digits: str) -> float:
    """Return a number with a fraction or an exponent. Raises ValueError when it is too large."""
    number = float(digits)
    if math.isinf(number):
        raise ValueError("too large a number")
    return number
