"""How much one deployment may cost: no template takes more than about a second or 200 MB, whatever it says."""

from __future__ import annotations

from typing import Any

from aib_airflow.arm_template.errors import ExpressionError, LimitError

MAX_DEPTH = 100
"""Levels of evaluation inside each other: calls, variables that use variables, objects in objects."""
MAX_WORK = 300_000
"""What one deployment may cost: 1 for a value that is made, and for 16 characters; 5 for a call."""
ROUND = 20
"""What one round of a copy loop, or one call of a lambda, costs on top of what it makes."""

_CALL = 5
_CHARACTERS = 16


class Budget:
    """What is left of the limits; a deployment shares one with all templates nested in it."""

    __slots__ = ("depth", "work_left")

    def __init__(self) -> None:
        self.depth = 0
        self.work_left = MAX_WORK

    def enter(self) -> None:
        """Go one level deeper. Raises ExpressionError at MAX_DEPTH."""
        if self.depth >= MAX_DEPTH:
            raise ExpressionError(f"the template is nested more than {MAX_DEPTH} levels deep")
        self.depth += 1
        self.spend(_CALL)

    def leave(self) -> None:
        """Come back from one level."""
        self.depth -= 1

    def spend(self, work: int) -> None:
        """Pay for work. Raises LimitError when MAX_WORK is used up."""
        self.work_left -= work
        if self.work_left < 0:
            raise LimitError(f"the expressions make more than {MAX_WORK} values", "make the template smaller")

    def weigh(self, value: Any) -> None:
        """Pay for a value by its size, shared parts each time they occur. Raises as `spend` and `enter` do."""
        if isinstance(value, str):
            self.spend(1 + len(value) // _CHARACTERS)
        elif isinstance(value, list | dict):
            self._weigh_levels(value)

    def _weigh_levels(self, value: Any) -> None:
        level: list[Any] = [value]
        for _ in range(MAX_DEPTH):
            inner = [item for item in level if isinstance(item, list | dict)]
            texts = sum(len(item) for item in level if isinstance(item, str))
            # counted before it is laid out: a list of shared lists is small, its items are not
            self.spend(len(level) + texts // _CHARACTERS + sum(map(len, inner)))
            if not inner:
                return
            level = [part for item in inner for part in (item if isinstance(item, list) else item.values())]
        raise ExpressionError(f"a value is nested more than {MAX_DEPTH} levels deep")
