"""Cut the text of one ARM expression into tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aib_airflow.arm_template.errors import ExpressionError

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<text>'(?:[^']|'')*')
    | (?P<number>-?\d+)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<mark>[()\[\],.])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression. `kind` is text, number, name, mark or end."""

    kind: str
    text: str
    offset: int


def tokenize(source: str) -> Iterator[Token]:
    """Yield the tokens of `source`, then one of kind `end`. Raises ExpressionError for a stray character."""
    offset = 0
    while offset < len(source):
        match = _TOKEN.match(source, offset)
        if match is None:
            raise ExpressionError(_describe(source, offset))
        kind = str(match.lastgroup)
        if kind != "space":
            yield Token(kind, match.group(), offset)
        offset = match.end()
    yield Token("end", "", offset)


def _describe(source: str, offset: int) -> str:
    if source[offset] == "'":
        return f"the string that begins at character {offset + 1} of the expression has no closing quote"
    return f"unexpected {source[offset]!r} at character {offset + 1} of the expression"
