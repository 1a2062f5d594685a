"""How a function of the ARM language is declared: its name, how many arguments it takes, and its body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from aib_airflow.arm_template.errors import ExpressionError

_Body = TypeVar("_Body", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language (`at_most` None: any number of arguments).

    Its body gets evaluated arguments. One that has to look at an Unknown raises Undetermined; one that only
    arranges values passes Unknowns on. A `placed` body gets the deployment's Place first.
    """

    name: str
    body: Callable[..., Any]
    at_least: int
    at_most: int | None
    placed: bool

    def call(self, arguments: list[Any], place: Any) -> Any:
        """Call it. Raises ExpressionError for a wrong number or a wrong type of arguments."""
        count = len(arguments)
        if count < self.at_least or (self.at_most is not None and count > self.at_most):
            raise ExpressionError(f"{self.name}() takes {self._arity()}, not {count}")
        return self.body(place, *arguments) if self.placed else self.body(*arguments)

    def _arity(self) -> str:
        if self.at_most is None:
            return f"at least {_plural(self.at_least)}"
        if self.at_least == self.at_most:
            return _plural(self.at_least)
        return f"{self.at_least} to {_plural(self.at_most)}"


FUNCTIONS: dict[str, Function] = {}
"""Every function under its lower-case name."""


def arm_function(
    name: str, at_least: int, at_most: int | None = None, *, placed: bool = False
) -> Callable[[_Body], _Body]:
    """Register the decorated function under ARM's spelling. `at_most` None means any number of arguments."""

    def register(body: _Body) -> _Body:
        FUNCTIONS[name.lower()] = Function(name, body, at_least, at_most, placed)
        return body

    return register


def _plural(count: int) -> str:
    return f"{count} argument" + ("" if count == 1 else "s")
