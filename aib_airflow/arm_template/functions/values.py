"""ARM's functions that make or convert single values, compare and calculate."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn

from aib_airflow.arm_template.errors import ExpressionError
from aib_airflow.arm_template.functions.arguments import (
    identity,
    need_bool,
    need_text,
    need_whole_number,
    wrong_kind,
)
from aib_airflow.arm_template.functions.registry import arm_function

_INT64 = 2**63


@arm_function("true", 0, 0)
def true() -> bool:
    """Return true."""
    return True


@arm_function("false", 0, 0)
def false() -> bool:
    """Return false."""
    return False


@arm_function("null", 0, 0)
def null() -> None:
    """Return null."""


@arm_function("bool", 1, 1)
def to_bool(value: Any) -> bool:
    """Convert 'true', 'false' or a whole number."""
    if isinstance(value, bool | int):
        return bool(value)
    known = {"true": True, "1": True, "false": False, "0": False}
    text = need_text("bool", value).lower()
    if text not in known:
        raise ExpressionError(f"bool() cannot read {value!r}")
    return known[text]


@arm_function("int", 1, 1)
def to_int(value: Any) -> int:
    """Convert a text of digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not re.fullmatch(r"\s*[+-]?[0-9]{1,19}\s*", need_text("int", value)):
        raise ExpressionError(f"int() cannot read {value[:40]!r}")
    return int(value)


@arm_function("json", 1, 1)
def from_json(text: Any) -> Any:
    """Read JSON text."""
    try:
        return json.loads(need_text("json", text))
    except (ValueError, RecursionError) as wrong:
        raise ExpressionError(f"json() cannot read its argument: {wrong}") from None


@arm_function("not", 1, 1)
def negate(value: Any) -> bool:
    """Return the opposite."""
    return not need_bool("not", value)


@arm_function("equals", 2, 2)
def equals(one: Any, other: Any) -> bool:
    """Compare two values; 1 and true differ, and so do texts of different case."""
    return identity(one) == identity(other)


def _comparison(name: str, holds: Callable[[Any, Any], bool]) -> None:
    @arm_function(name, 2, 2)
    def compare(one: Any, other: Any) -> bool:
        if isinstance(one, str):
            return holds(one, need_text(name, other))
        return holds(need_whole_number(name, one), need_whole_number(name, other))


_comparison("greater", lambda one, other: one > other)
_comparison("greaterOrEquals", lambda one, other: one >= other)
_comparison("less", lambda one, other: one < other)
_comparison("lessOrEquals", lambda one, other: one <= other)


def _arithmetic(name: str, calculate: Callable[[int, int], int]) -> None:
    @arm_function(name, 2, 2)
    def compute(one: Any, other: Any) -> int:
        left, right = need_whole_number(name, one), need_whole_number(name, other)
        if right == 0 and name in ("div", "mod"):
            raise ExpressionError(f"{name}() divides by zero")
        result = calculate(left, right)
        if not -_INT64 <= result < _INT64:
            raise ExpressionError(f"{name}() leaves the range of 64-bit integers")
        return result


def _divide(one: int, other: int) -> int:
    quotient = abs(one) // abs(other)
    return quotient if (one < 0) == (other < 0) else -quotient


_arithmetic("add", lambda one, other: one + other)
_arithmetic("sub", lambda one, other: one - other)
_arithmetic("mul", lambda one, other: one * other)
_arithmetic("div", _divide)
_arithmetic("mod", lambda one, other: one - other * _divide(one, other))


def _extreme(name: str, choose: Callable[[list[int]], int]) -> None:
    @arm_function(name, 1)
    def find(*values: Any) -> int:
        numbers = values[0] if len(values) == 1 and isinstance(values[0], list) else values
        if not numbers:
            raise ExpressionError(f"{name}() of nothing")
        return choose([need_whole_number(name, number) for number in numbers])


_extreme("min", min)
_extreme("max", max)


@arm_function("length", 1, 1)
def length(value: Any) -> int:
    """Count characters, items or keys."""
    if not isinstance(value, str | list | dict):
        raise wrong_kind("length", "a text, an array or an object", value)
    return len(value)


@arm_function("empty", 1, 1)
def empty(value: Any) -> bool:
    """Tell whether a text, array or object has nothing in it; null is empty."""
    return value is None or length(value) == 0


@arm_function("fail", 1, 1)
def fail(message: Any) -> NoReturn:
    """Stop the deployment, with the author's reason."""
    raise ExpressionError(f"the template stops here: {need_text('fail', message)}")
