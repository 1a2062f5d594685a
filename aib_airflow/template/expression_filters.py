"""What an expression can do with a value: Jinja2's filters, tests and comparisons, as far as they are of use here."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any


class ExpressionError(Exception):
    """An expression has no value; `fix` is what to do about it."""

    def __init__(self, message: str, fix: str = "") -> None:
        self.message, self.fix = message, fix
        super().__init__(message)


def text_of(value: Any) -> str:
    """Return a value as part of a text, spelt as in YAML. Raises ExpressionError where it has no such form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    kind = "null" if value is None else "a list" if isinstance(value, list) else "an object"
    raise ExpressionError(
        f"{kind} cannot be a part of a text", "choose one of its values, or join a list: | join(',')"
    )


def _join(items: Iterable[Any], separator: str = "") -> str:
    return str.join(separator, map(text_of, items))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


FILTERS: dict[str, Callable[..., Any]] = {
    "lower": str.lower,
    "upper": str.upper,
    "trim": str.strip,
    "replace": str.replace,
    "split": str.split,
    "join": _join,
    "length": len,
    "first": operator.itemgetter(0),
    "last": operator.itemgetter(-1),
    "int": int,
    "string": text_of,
}
"""`default` is another one, which has to know what is missing."""

TESTS: dict[str, Callable[[Any], bool]] = {
    "none": lambda value: value is None,
    "string": lambda value: isinstance(value, str),
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
}
"""`defined` is another one, which has to know what is missing."""

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
    "in": lambda value, container: value in container,
    "notin": lambda value, container: value not in container,
}


def add(left: Any, right: Any) -> Any:
    """Add two numbers or two texts. Raises ExpressionError."""
    if (isinstance(left, str) and isinstance(right, str)) or (_is_number(left) and _is_number(right)):
        return left + right
    raise ExpressionError("'+' adds two numbers or two texts", "join other values with ~")


def number(value: Any) -> int | float:
    """Return a number as it is. Raises ExpressionError for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise ExpressionError("'-' stands before what is no number", "write a number")


def growth(name: str, value: Any, arguments: list[Any]) -> int:
    """Return by how many characters a filter's result may outgrow its value: two of them multiply."""
    if (
        name == "replace"
        and len(arguments) == 2
        and all(isinstance(each, str) for each in (value, *arguments))
    ):
        return int(value.count(arguments[0]) * len(arguments[1]))
    if (
        name == "join"
        and arguments
        and isinstance(arguments[0], str)
        and isinstance(value, str | list | dict)
    ):
        return len(value) * len(arguments[0])
    return 0
