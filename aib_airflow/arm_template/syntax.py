"""Parse one ARM expression into a small tree; nothing here knows what a function does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from aib_airflow.arm_template.errors import ExpressionError
from aib_airflow.arm_template.tokens import Token, tokenize

MAX_LENGTH = 24_576
"""Characters in one expression: Azure's own limit."""
MAX_DEPTH = 64
"""Calls and accesses inside each other; deeper than any template a person wrote."""
_REMEMBERED_LENGTH = 1_024
"""Characters up to which a parsed expression is kept; templates repeat the short ones only."""

_HEAD = re.compile(r"\[\s*(?:[A-Za-z_][\w.]*\s*\(|')")


@dataclass(frozen=True, slots=True)
class Literal:
    """A quoted text or a whole number."""

    value: str | int


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; the name is lower case, `spelling` is the author's.

    `source` from `start` to `end` is how the author wrote the whole call.
    """

    name: str
    spelling: str
    arguments: tuple[Node, ...]
    source: str
    start: int
    end: int

    @property
    def text(self) -> str:
        """The call as the author wrote it."""
        return self.source[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Access:
    """`target.key` or `target[key]`; `source`, `start` and `end` are as in Call."""

    target: Node
    key: Node
    source: str
    start: int
    end: int

    @property
    def text(self) -> str:
        """The access as the author wrote it."""
        return self.source[self.start : self.end]


Node = Literal | Call | Access


def is_expression(text: str) -> bool:
    """Tell an expression from text that merely begins with a bracket.

    PowerShell's `[System.Net.ServicePointManager]::SecurityProtocol` is text, `[[` is an escaped bracket.
    """
    return text.startswith("[") and text.endswith("]") and _HEAD.match(text) is not None


def unescape(text: str) -> str:
    """Undo ARM's `[[`, which stands for a bracket where the text would otherwise be an expression."""
    return text[1:] if text.startswith("[[") and text.endswith("]") else text


def parse_expression(text: str) -> Node:
    """Parse `[...]`. Raises ExpressionError."""
    if len(text) <= _REMEMBERED_LENGTH:
        return _parse_and_remember(text)
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(text)} characters; {MAX_LENGTH} is the limit")
    return _Parser(text[1:-1]).parse()


@lru_cache(maxsize=4096)
def _parse_and_remember(text: str) -> Node:
    return _Parser(text[1:-1]).parse()


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = list(tokenize(source))
        self._next = 0

    def parse(self) -> Node:
        node = self._value(depth=0)
        token = self._tokens[self._next]
        if token.kind != "end":
            raise _unexpected(token, "the end of the expression")
        return node

    def _take(self) -> Token:
        token = self._tokens[self._next]
        if token.kind != "end":
            self._next += 1
        return token

    def _take_mark(self, mark: str) -> bool:
        if self._tokens[self._next].text != mark:
            return False
        self._next += 1
        return True

    def _expect(self, mark: str) -> None:
        if not self._take_mark(mark):
            raise _unexpected(self._tokens[self._next], f"'{mark}'")

    def _taken_up_to(self) -> int:
        token = self._tokens[self._next - 1]
        return token.offset + len(token.text)

    def _value(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise ExpressionError(f"the expression is nested more than {MAX_DEPTH} levels deep")
        token = self._take()
        if token.kind == "text":
            return self._accesses(Literal(token.text[1:-1].replace("''", "'")), token.offset, depth)
        if token.kind == "number":
            return Literal(_whole_number(token))
        if token.kind == "name":
            return self._accesses(self._call(token, depth), token.offset, depth)
        raise _unexpected(token, "a function, a quoted text or a number")

    def _call(self, first: Token, depth: int) -> Call:
        spelling = first.text
        while self._take_mark("."):
            spelling += "." + self._name()
        self._expect("(")
        arguments: list[Node] = []
        if not self._take_mark(")"):
            arguments.append(self._value(depth + 1))
            while self._take_mark(","):
                arguments.append(self._value(depth + 1))
            self._expect(")")
        where = (self._source, first.offset, self._taken_up_to())
        return Call(spelling.lower(), spelling, tuple(arguments), *where)

    def _accesses(self, node: Node, start: int, depth: int) -> Node:
        for _ in range(depth, MAX_DEPTH):
            if self._take_mark("."):
                key: Node = Literal(self._name())
            elif self._take_mark("["):
                key = self._value(depth + 1)
                self._expect("]")
            else:
                return node
            node = Access(node, key, self._source, start, self._taken_up_to())
        raise ExpressionError(f"the expression is nested more than {MAX_DEPTH} levels deep")

    def _name(self) -> str:
        token = self._take()
        if token.kind != "name":
            raise _unexpected(token, "a name after '.'")
        return token.text


def _whole_number(token: Token) -> int:
    if len(token.text) > 20:
        raise ExpressionError(f"the number {token.text[:20]}... is too large for Azure's 64-bit integers")
    return int(token.text)


def _unexpected(token: Token, wanted: str) -> ExpressionError:
    found = "the expression ends" if token.kind == "end" else f"'{token.text}' stands"
    return ExpressionError(f"{found} at character {token.offset + 1}, where {wanted} is expected")
