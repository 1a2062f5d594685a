"""What the text that is being evaluated stands in: loops, lambdas, the arguments of a user function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aib_airflow.arm_template.errors import ExpressionError


@dataclass(frozen=True, slots=True)
class Frame:
    """The names that mean something only here. All keys are lower case.

    `loops` has the index of each copy loop around; `here` is the one that `copyIndex()` means without a name.
    `arguments` are those of the user function whose body this is, and None elsewhere.
    """

    loops: Mapping[str, Any] = field(default_factory=dict)
    here: Any = None
    in_resource_loop: bool = False
    variables: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] | None = None

    def in_resource_copy(self, name: str, index: Any) -> Frame:
        """Return the frame of one copy of a resource."""
        return replace(self, loops={**self.loops, name.lower(): index}, here=index, in_resource_loop=True)

    def in_value_copy(self, name: str, index: Any) -> Frame:
        """Return the frame of one item that a loop in a value makes."""
        here = self.here if self.in_resource_loop else index
        return replace(self, loops={**self.loops, name.lower(): index}, here=here)

    def in_lambda(self, names: tuple[str, ...], values: tuple[Any, ...]) -> Frame:
        """Return the frame of a lambda's body; values that no name stands for are not needed."""
        bound = {name.lower(): value for name, value in zip(names, values, strict=False)}
        return replace(self, variables={**self.variables, **bound})

    def index_of(self, name: str | None) -> Any:
        """Return the index of a loop. Raises ExpressionError where there is no such loop around."""
        index = self.here if name is None else self.loops.get(name.lower())
        if index is None:
            which = f"copyIndex('{name}')" if name else "copyIndex()"
            known = ", ".join(self.loops) or "no copy loop"
            raise ExpressionError(f"{which} has no such loop around it; here is {known}")
        return index


NOWHERE = Frame()
"""The frame of parameters and variables: no loop and no lambda is around those."""
