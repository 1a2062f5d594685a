"""A template's parameters and variables: values with names, evaluated when they are first asked for, and once."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from aib_airflow.arm_template.errors import ExpressionError, LimitError

Source = Callable[[], Any]
"""Evaluates one value. May raise ExpressionError."""


class Section:
    """Named values. `function` is what reads them, `parameters` or `variables`; case does not count in names."""

    def __init__(self, function: str, sources: Mapping[str, Source]) -> None:
        self._function = function
        self._sources = sources
        self._known: dict[str, Any] = {}
        self._wrong: dict[str, ExpressionError] = {}
        self._open: set[str] = set()

    def value(self, name: str) -> Any:
        """Return a value. Raises ExpressionError: undeclared, defined by itself, or wrong in its own text."""
        key = name.lower()
        if key in self._known:
            return self._known[key]
        if key in self._wrong:
            wrong = self._wrong[key]
            raise ExpressionError(wrong.message, wrong.fix, wrong.path)
        if key in self._open:
            raise ExpressionError(f"{self._function}('{name}') is defined by itself")
        if key not in self._sources:
            raise self._undeclared(name)
        return self._evaluate(key)

    def _evaluate(self, key: str) -> Any:
        self._open.add(key)
        try:
            value = self._sources[key]()
        except LimitError:
            raise
        except ExpressionError as wrong:
            self._wrong[key] = wrong
            raise
        finally:
            self._open.discard(key)
        self._known[key] = value
        return value

    def _undeclared(self, name: str) -> ExpressionError:
        close = difflib.get_close_matches(name.lower()[:100], self._sources, n=1)
        fix = f"did you mean '{close[0]}'?" if close else f"declare '{name}' under {self._function}"
        return ExpressionError(f"{self._function}('{name}') is not declared", fix)
