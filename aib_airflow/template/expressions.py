"""Evaluate a Jinja2 expression: Jinja2 parses it, this says what it means; no code is made, nothing is called.

The value of every part is charged to a budget, so that no expression can make much of little.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, ClassVar

from jinja2 import nodes

from aib_airflow.template.expression_filters import (
    COMPARISONS,
    FILTERS,
    TESTS,
    ExpressionError,
    add,
    growth,
    number,
    text_of,
)

MAX_WEIGHT = 1_000_000
"""Characters that all expressions of one file may handle; a value that is no text weighs as much as ten."""
MAX_NUMBER = 1e18
ESCAPE_HINT = "text in braces is written {{ '{{' }}"

_VALUE_WEIGHT = 10


class MissingError(ExpressionError):
    """A field or an item is not there; `default` and `defined` look for this."""


@dataclass(slots=True)
class Evaluator:
    """Evaluates the expressions of one file, all of which share a budget."""

    names: Mapping[str, Any]
    weight_left: int = MAX_WEIGHT

    def evaluate(self, node: Any) -> Any:
        """Return the value of a node of Jinja2's. Raises ExpressionError."""
        rule = self._RULES.get(type(node))
        if rule is None:
            kind = type(node).__name__.lower()
            raise ExpressionError(
                f"'{kind}' is not among what an expression may be", "write the value itself"
            )
        value = rule(self, node)
        self._weigh(value)
        return value

    def charge(self, weight: int) -> None:
        """Take from the budget. Raises ExpressionError once it is spent."""
        self.weight_left -= weight
        if self.weight_left < 0:
            raise ExpressionError("the expressions of this file make too much", "write the values themselves")

    def _weigh(self, value: Any) -> None:
        waiting = [value]
        while waiting:
            each = waiting.pop()
            self.charge(len(each) if isinstance(each, str) else _VALUE_WEIGHT)
            if isinstance(each, dict):
                waiting += each.values()
            elif isinstance(each, list):
                waiting += each
            elif isinstance(each, int | float) and abs(each) > MAX_NUMBER:
                raise ExpressionError("this number is too large", "write a smaller one")

    def _name(self, node: nodes.Name) -> Any:
        if node.name in self.names:
            return self.names[node.name]
        near = get_close_matches(node.name, self.names, n=1)
        fix = f"did you mean '{near[0]}'?" if near else f"add it under variables; {ESCAPE_HINT}"
        raise ExpressionError(f"'{node.name}' is not among this file's variables", fix)

    def _inner(self, value: Any, key: Any) -> Any:
        """Return a field or an item; a value's own attributes are out of reach."""
        is_field = isinstance(value, dict) and isinstance(key, str) and key in value
        is_item = isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value)
        if not is_field and not is_item:
            raise MissingError(
                f"there is no '{key}' in this value", "look into variables, or add | default(...)"
            )
        return value[key]

    def _filter(self, node: nodes.Filter) -> Any:
        function = FILTERS.get(node.name)
        if function is None:
            raise ExpressionError(
                f"there is no filter '{node.name}'", f"use one of default, {', '.join(FILTERS)}"
            )
        value, arguments = self.evaluate(node.node), self._arguments(node)
        self.charge(growth(node.name, value, arguments))
        try:
            return function(value, *arguments)
        except (TypeError, ValueError, LookupError):
            message = f"the filter '{node.name}' does not fit this value or what is in its brackets"
            raise ExpressionError(message, "look into Jinja2's manual") from None

    def _default(self, node: nodes.Filter) -> Any:
        try:
            return self.evaluate(node.node)
        except MissingError:
            arguments = self._arguments(node)
            if len(arguments) != 1:
                raise
            return arguments[0]

    def _arguments(self, node: nodes.Filter) -> list[Any]:
        if node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise ExpressionError(
                f"the filter '{node.name}' takes plain values", f"write | {node.name}(value)"
            )
        return [self.evaluate(each) for each in node.args]

    def _test(self, node: nodes.Test) -> bool:
        if node.name == "defined":
            return self._is_defined(node)
        test = TESTS.get(node.name)
        if test is None:
            raise ExpressionError(
                f"there is no test 'is {node.name}'", f"use one of defined, {', '.join(TESTS)}"
            )
        return test(self.evaluate(node.node))

    def _is_defined(self, node: nodes.Test) -> bool:
        try:
            self.evaluate(node.node)
        except MissingError:
            return False
        return True

    def _choose(self, node: nodes.CondExpr) -> Any:
        if self.evaluate(node.test):
            return self.evaluate(node.expr1)
        if node.expr2 is None:
            raise ExpressionError(
                "there is no value where this condition is false", "write ... if ... else ..."
            )
        return self.evaluate(node.expr2)

    def _compare(self, node: nodes.Compare) -> bool:
        left = self.evaluate(node.expr)
        for operand in node.ops:
            right = self.evaluate(operand.expr)
            try:
                if not COMPARISONS[operand.op](left, right):
                    return False
            except TypeError:
                raise ExpressionError(
                    "these values cannot be compared", "compare two numbers or texts"
                ) from None
            left = right
        return True

    def _concat(self, node: nodes.Concat) -> str:
        return "".join(text_of(self.evaluate(each)) for each in node.nodes)

    def _refuse_call(self, node: nodes.Call) -> Any:
        raise ExpressionError("an expression calls nothing", "use variables, and filters such as | lower")

    _RULES: ClassVar[dict[type[nodes.Node], Callable[[Any, Any], Any]]] = {
        nodes.Const: lambda _, node: node.value,
        nodes.TemplateData: lambda _, node: node.data,
        nodes.Name: _name,
        nodes.Getattr: lambda self, node: self._inner(self.evaluate(node.node), node.attr),
        nodes.Getitem: lambda self, node: self._inner(self.evaluate(node.node), self.evaluate(node.arg)),
        nodes.List: lambda self, node: [self.evaluate(item) for item in node.items],
        nodes.Filter: lambda self, node: (
            self._default(node) if node.name == "default" else self._filter(node)
        ),
        nodes.Test: _test,
        nodes.Not: lambda self, node: not self.evaluate(node.node),
        nodes.Neg: lambda self, node: -number(self.evaluate(node.node)),
        nodes.And: lambda self, node: self.evaluate(node.left) and self.evaluate(node.right),
        nodes.Or: lambda self, node: self.evaluate(node.left) or self.evaluate(node.right),
        nodes.CondExpr: _choose,
        nodes.Compare: _compare,
        nodes.Concat: _concat,
        nodes.Add: lambda self, node: add(self.evaluate(node.left), self.evaluate(node.right)),
        nodes.Call: _refuse_call,
    }
    """All that an expression may be made of."""
