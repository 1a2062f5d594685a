"""Copy loops: how often something is repeated, and the loops inside values, which make arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aib_airflow.arm_template.budget import ROUND
from aib_airflow.arm_template.errors import ExpressionError
from aib_airflow.arm_template.functions import kind_of
from aib_airflow.arm_template.unknown import Unknown

if TYPE_CHECKING:
    from aib_airflow.arm_template.evaluator import Evaluator

MAX_COPIES = 800
"""Repetitions of one loop: Azure's own limit."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop's name, and how often it goes round; `mode` and `batchSize` change no result."""

    name: str
    count: int | Unknown

    @property
    def indices(self) -> Iterator[Any]:
        """The indices of the repetitions: one that is unknown, if nobody knows how many there are."""
        return iter([self.count] if isinstance(self.count, Unknown) else range(self.count))


def is_copy(key: str, value: Any) -> bool:
    """Tell a loop in a value from a field that happens to be called copy: loops are an array."""
    return key.lower() == "copy" and isinstance(value, list)


def read_loop(evaluator: Evaluator, copy: Any) -> Loop:
    """Read the name and count of a loop. Raises ExpressionError."""
    if not isinstance(copy, dict):
        raise ExpressionError(f"a copy loop must be an object, not {kind_of(copy)}")
    name = copy.get("name", "")
    if not isinstance(name, str):
        raise ExpressionError(f"the name of a copy loop must be a text, not {kind_of(name)}")
    if "count" not in copy:
        raise ExpressionError("a copy loop needs a count")
    with evaluator.at("count"):
        count = evaluator.tree(copy["count"])
        if isinstance(count, Unknown):
            return Loop(name, count)
        if isinstance(count, bool) or not isinstance(count, int):
            raise ExpressionError(f"a copy loop's count must be a whole number, not {kind_of(count)}")
        if not 0 <= count <= MAX_COPIES:
            raise ExpressionError(f"a copy loop's count is 0 to {MAX_COPIES}, not {count}")
    return Loop(name, count)


def expand_copies(evaluator: Evaluator, copies: list[Any], key: str = "copy") -> Iterator[tuple[str, Any]]:
    """Yield the fields that the loops of one object make, with their arrays. Raises ExpressionError."""
    for number, copy in enumerate(copies):
        with evaluator.at(key, number):
            if not isinstance(copy, dict) or not copy.get("name"):
                raise ExpressionError("a copy loop in a value needs a name, a count and an input")
            yield copy["name"], repeat_input(evaluator, copy)


def repeat_input(evaluator: Evaluator, copy: Any) -> Any:
    """Return the array that a loop in a value makes; it is unknown if its length is. Raises ExpressionError."""
    loop = read_loop(evaluator, copy)
    if "input" not in copy:
        raise ExpressionError("a copy loop in a value needs an input")
    if isinstance(loop.count, Unknown):
        return loop.count
    items = []
    around = evaluator.frame
    for index in loop.indices:
        evaluator.budget.spend(ROUND)
        with evaluator.within(around.in_value_copy(loop.name, index)), evaluator.at("input"):
            items.append(evaluator.tree(copy["input"]))
    return items
