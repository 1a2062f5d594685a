"""What a template's values are, as far as its own text and the given variables tell. Nothing is run or looked up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from aib_airflow.importers.packer.document import Document
from aib_airflow.importers.packer.nodes import (
    Access,
    Call,
    Choice,
    Fields,
    Items,
    Literal,
    Node,
    Opaque,
    Reference,
    Text,
)

MAX_SIZE = 100_000
"""Characters of a text, and all items of a list and of the lists in it; a larger value counts as unknown."""


class UnknownValueError(Exception):
    """Only a run of Packer, or whoever gives a variable, knows this value."""


class RunValueError(UnknownValueError):
    """Each run of Packer works this value out anew."""


class Scope:
    """The variables and locals of a document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._known: dict[Reference, Any] = {}
        self._open: set[Reference] = set()
        self._evaluations: dict[type, Callable[[Any], Any]] = {
            Literal: self._literal,
            Text: self._text,
            Reference: self._reference,
            Call: self._call,
            Choice: self._choice,
            Access: self._access,
            Items: self._items,
            Fields: self._fields,
            Opaque: self._opaque,
        }

    def evaluate(self, node: Node) -> Any:
        """Return the value of a node. Raises UnknownValueError."""
        return self._evaluations[type(node)](node)

    def value(self, node: Node, unknown: Any = None) -> Any:
        """Return the value of a node, or `unknown`."""
        try:
            return self.evaluate(node)
        except UnknownValueError:
            return unknown

    def is_empty(self, node: Node) -> bool:
        """Tell whether a value is certainly one that Packer takes as not given: null, "", [] or {}."""
        return self.value(node, unknown=...) in (None, "", [], {})

    def _literal(self, node: Literal) -> Any:
        return node.value

    def _text(self, node: Text) -> str:
        text: str = _limited("".join(as_text(self.evaluate(part)) for part in node.parts))
        return text

    def _items(self, node: Items) -> list[Any]:
        return [self.evaluate(item) for item in node.items]

    def _fields(self, node: Fields) -> dict[str, Any]:
        return {key: self.evaluate(value) for key, value in node.fields}

    def _choice(self, node: Choice) -> Any:
        return self.evaluate(node.positive if self.evaluate(node.condition) is True else node.negative)

    def _access(self, node: Access) -> Any:
        whole, key = self.evaluate(node.whole), self.evaluate(node.key)
        try:
            return whole[int(key)] if isinstance(whole, list) else whole[key]
        except (TypeError, LookupError, ValueError):
            raise UnknownValueError(f"there is no {key!r}") from None

    def _opaque(self, node: Opaque) -> NoReturn:
        kind = UnknownValueError if node.source.startswith("env ") else RunValueError
        raise kind(f"{node.source} {node.reason}")

    def _reference(self, node: Reference) -> Any:
        if node in self._known:
            return self._known[node]
        if node in self._open:
            raise UnknownValueError(f"{node.space}.{node.name} is defined by itself")
        self._open.add(node)
        try:
            value = self._known[node] = _limited(self.evaluate(self._definition(node)))
        finally:
            self._open.discard(node)
        return value

    def _definition(self, node: Reference) -> Node:
        if node.space == "path":
            return Literal(".")
        if node.space == "local" and node.name in self.document.locals:
            return self.document.locals[node.name].value
        variable = self.document.variables.get(node.name) if node.space == "var" else None
        if variable is None or variable.default is None:
            raise UnknownValueError(f"{node.space}.{node.name} has no value yet")
        return variable.default

    def _call(self, node: Call) -> Any:
        name, arguments = node.name, node.arguments
        if name in ("and", "or"):
            return self._decide(name, arguments)
        function = _FUNCTIONS.get(name)
        if function is None:
            raise RunValueError(f"{name}() is not worked out here")
        values = [self.evaluate(argument) for argument in arguments]
        try:
            return _limited(function(*values))
        except (TypeError, ValueError, AttributeError, ArithmeticError, LookupError):
            raise UnknownValueError(f"{name}() does not take these values") from None

    def _decide(self, name: str, arguments: tuple[Node, ...]) -> bool:
        decides = name == "or"
        values = [self.value(argument, unknown=...) for argument in arguments]
        if decides in values:
            return decides
        if ... in values:
            raise UnknownValueError(f"{name} waits for a value")
        return not decides


def as_text(value: Any) -> str:
    """Write a value as HCL2 does inside a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise UnknownValueError("a list or object does not fit into a text")


def _limited(value: Any) -> Any:
    left = MAX_SIZE
    open_values = [value]
    while open_values:
        each = open_values.pop()
        left -= len(each) if isinstance(each, str | list | dict) else 1
        if left < 0:
            raise UnknownValueError(f"is larger than {MAX_SIZE}")
        if isinstance(each, list | dict):
            open_values.extend(each.values() if isinstance(each, dict) else each)
    return value


def _join(separator: str, *lists: list[Any]) -> str:
    return separator.join(as_text(item) for items in lists for item in items)


def _coalesce(*values: Any) -> Any:
    return next(value for value in values if value not in (None, ""))


def _replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        raise ValueError(old)  # a regular expression, in Go's own dialect
    return text.replace(old, new)


def _substr(text: str, offset: int, length: int) -> str:
    return text[offset:] if length < 0 else text[offset : offset + length]


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "equals": lambda left, right: left == right,
    "not": lambda value: not value,
    "less": lambda left, right: left < right,
    "lessOrEquals": lambda left, right: left <= right,
    "greater": lambda left, right: left > right,
    "greaterOrEquals": lambda left, right: left >= right,
    "add": lambda left, right: left + right,
    "sub": lambda left, right: left - right,
    "lower": lambda text: text.lower(),
    "upper": lambda text: text.upper(),
    "trimspace": lambda text: text.strip(),
    "replace": _replace,
    "split": lambda separator, text: text.split(separator),
    "join": _join,
    "substr": _substr,
    "concat": lambda *lists: [item for items in lists for item in items],
    "merge": lambda *objects: {key: value for each in objects for key, value in (each or {}).items()},
    "lookup": lambda whole, key, *default: whole.get(key, *default),
    "element": lambda items, index: items[index % len(items)],
    "contains": lambda items, item: item in items,
    "length": len,
    "coalesce": _coalesce,
    "tostring": as_text,
    "tonumber": int,
    "tolist": list,
    "toset": list,
    "keys": sorted,
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
}
