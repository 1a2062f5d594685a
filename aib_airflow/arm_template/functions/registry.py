"""How a function of the ARM language is declared, and the limits every one of them keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from aib_airflow.arm_template.errors import ExpressionError

MAX_TEXT = 262_144
"""Characters in one evaluated text; an expression that doubles itself ends here."""
MAX_ITEMS = 10_000
"""Items that `range` makes: Azure's own limit."""

_Body = TypeVar("_Body", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Function:
    """A pure function of the language and how many arguments it takes (`at_most` None: any number)."""

    name: str
    body: Callable[..., Any]
    at_least: int
    at_most: int | None

    def call(self, arguments: list[Any]) -> Any:
        """Call it. Raises ExpressionError for a wrong number or a wrong type of arguments."""
        count = len(arguments)
        if count < self.at_least or (self.at_most is not None and count > self.at_most):
            raise ExpressionError(f"{self.name}() takes {self._arity()}, not {count}")
        return self.body(*arguments)

    def _arity(self) -> str:
        if self.at_most is None:
            return f"at least {_plural(self.at_least)}"
        if self.at_least == self.at_most:
            return _plural(self.at_least)
        return f"{self.at_least} to {_plural(self.at_most)}"


FUNCTIONS: dict[str, Function] = {}
"""Every pure function under its lower-case name."""


def arm_function(name: str, at_least: int, at_most: int | None = None) -> Callable[[_Body], _Body]:
    """Register the decorated function under ARM's spelling. `at_most` None means any number of arguments."""

    def register(body: _Body) -> _Body:
        FUNCTIONS[name.lower()] = Function(name, body, at_least, at_most)
        return body

    return register


def need_text(function: str, value: Any) -> str:
    """Return `value` if it is a text; raise ExpressionError otherwise."""
    if not isinstance(value, str):
        raise ExpressionError(f"{function}() needs a text, not {kind_of(value)}")
    return value


def need_whole_number(function: str, value: Any) -> int:
    """Return `value` if it is an integer; raise ExpressionError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ExpressionError(f"{function}() needs a whole number, not {kind_of(value)}")
    return value


def need_bool(function: str, value: Any) -> bool:
    """Return `value` if it is true or false; raise ExpressionError otherwise."""
    if not isinstance(value, bool):
        raise ExpressionError(f"{function}() needs true or false, not {kind_of(value)}")
    return value


def kind_of(value: Any) -> str:
    """Name the JSON type of `value` for a message."""
    if value is None:
        return "null"
    names = {bool: "a boolean", int: "a whole number", float: "a number", str: "a text"}
    names |= {list: "an array", dict: "an object"}
    return names.get(type(value), type(value).__name__)


def identity(value: Any) -> str:
    """Return a text that two values share if they are equal to ARM; to Python, true equals 1."""
    return json.dumps(value, sort_keys=True)


def limited(function: str, text: str) -> str:
    """Return `text` unless it grew past MAX_TEXT."""
    if len(text) > MAX_TEXT:
        raise too_long(function)
    return text


def too_long(function: str) -> ExpressionError:
    """Make the error of a text that grew past MAX_TEXT."""
    return ExpressionError(f"{function}() makes a text of more than {MAX_TEXT} characters")


def find_key(mapping: dict[str, Any], key: str) -> str | None:
    """Return the key of `mapping` that equals `key` in ARM's eyes, where case does not count."""
    if key in mapping:
        return key
    folded = key.lower()
    return next((name for name in mapping if name.lower() == folded), None)


def _plural(count: int) -> str:
    return f"{count} argument" + ("" if count == 1 else "s")
