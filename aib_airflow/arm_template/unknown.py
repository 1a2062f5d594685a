"""What a template does not say, and who could: a value that travels through evaluation instead of stopping it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

NeedKind = Literal["parameter", "scope", "run", "azure"]


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """One thing that somebody has to tell before a value is known.

    `kind` says who: a `parameter` is the deployer's, a `scope` is a field of DeploymentScope, a `run` knows
    its time and its seed, and `azure` alone answers what is named as the author wrote it.
    """

    kind: NeedKind
    name: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value nobody knows yet: the author's text, and what it waits for.

    Nothing is waited for where the text is wrong; a fault then says why.
    """

    expression: str
    needs: frozenset[Need] = frozenset()


class Undetermined(Exception):  # noqa: N818 - no error: it says that a result is unknown
    """A function has to look at an Unknown, so nobody knows its result either."""

    def __init__(self, needs: frozenset[Need]) -> None:
        super().__init__()
        self.needs = needs


def needs_of(*values: Any) -> frozenset[Need]:
    """Return what all the Unknowns in `values` wait for, however deep they are."""
    needs: frozenset[Need] = frozenset()
    waiting: list[Any] = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, Unknown):
            needs |= value.needs
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
    return needs


def is_known(value: Any) -> bool:
    """Tell whether no Unknown is anywhere in `value`."""
    waiting: list[Any] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Unknown):
            return False
        if isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            waiting += item.values()
    return True
