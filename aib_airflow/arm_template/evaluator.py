"""Evaluate values and the expressions in them, in the names of one template: partially, and within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aib_airflow.arm_template.budget import Budget
from aib_airflow.arm_template.copies import expand_copies, is_copy
from aib_airflow.arm_template.errors import (
    ArmFault,
    DocumentPath,
    ExpressionError,
    LimitError,
    fault_of,
)
from aib_airflow.arm_template.forms import SPECIAL_FORMS
from aib_airflow.arm_template.frame import NOWHERE, Frame
from aib_airflow.arm_template.functions import FUNCTIONS, find_key, kind_of
from aib_airflow.arm_template.place import PLACE_FUNCTIONS, Place
from aib_airflow.arm_template.references import is_asked_of_azure, unknown_of_azure
from aib_airflow.arm_template.sections import Section
from aib_airflow.arm_template.syntax import (
    Access,
    Call,
    Literal,
    Node,
    is_expression,
    parse_expression,
    unescape,
)
from aib_airflow.arm_template.unknown import Undetermined, Unknown, needs_of
from aib_airflow.arm_template.user_functions import UserFunction, call_user_function

Deployments = Callable[[str], Any]
"""Answers reference() about a deployment nested in the template, by its name; None where there is none."""


class Evaluator:
    """Evaluate in the names of one template. A template nested in it with a scope of its own has its own."""

    def __init__(self, place: Place, budget: Budget) -> None:
        self.place = place
        self.budget = budget
        self.frame = NOWHERE
        self.sections: dict[str, Section] = {}
        self.functions: Mapping[str, UserFunction] = {}
        self.deployments: Deployments = _no_deployment
        self._path: list[str | int] = []
        self._faults: list[ArmFault] | None = None
        self._places: dict[str, Any] = {}

    @property
    def path(self) -> DocumentPath:
        """Where the text stands that is being evaluated."""
        return tuple(self._path)

    def evaluate(
        self, value: Any, path: DocumentPath, frame: Frame, faults: list[ArmFault] | None = None
    ) -> Any:
        """Return `value` with every expression in it, keys included, replaced by its result.

        With `faults`, a wrong expression becomes a fault there and an Unknown without needs in the result;
        without, the first one raises ExpressionError. LimitError is always raised.
        """
        return self.standing_at(path, frame, lambda: self.tree(value), faults)

    def standing_at(
        self, path: DocumentPath, frame: Frame, read: Callable[[], Any], faults: list[ArmFault] | None = None
    ) -> Any:
        """Return what `read` evaluates at another place of the template, as `evaluate` does."""
        before = self._path, self.frame, self._faults
        self._path, self.frame, self._faults = list(path), frame, faults
        try:
            result = read()
            self.budget.weigh(result)
        except ExpressionError as wrong:
            if wrong.path is None:
                wrong.path = tuple(self._path)
            raise
        finally:
            self._path, self.frame, self._faults = before
        return result

    @contextmanager
    def within(self, frame: Frame) -> Iterator[None]:
        """Evaluate what follows with other loops or lambda variables around it."""
        before, self.frame = self.frame, frame
        try:
            yield
        finally:
            self.frame = before

    @contextmanager
    def at(self, *parts: str | int) -> Iterator[None]:
        """Evaluate what follows as part of the value at hand, so that faults name its place."""
        level = len(self._path)
        self._path += parts
        try:
            yield
        finally:
            del self._path[level:]

    def tree(self, value: Any) -> Any:
        """Evaluate a part of a value."""
        if isinstance(value, str) and not value.startswith("["):
            return value
        level = len(self._path)
        try:
            if isinstance(value, str):
                return self._text(value)
            if isinstance(value, dict):
                return self._object(value)
            return self._array(value) if isinstance(value, list) else value
        except ExpressionError as wrong:
            if wrong.path is None:
                wrong.path = tuple(self._path)
            del self._path[level:]
            if self._faults is None or isinstance(wrong, LimitError):
                raise
            self._note(fault_of(wrong))
            return Unknown(value if isinstance(value, str) else "")

    def _note(self, fault: ArmFault) -> None:
        if self._faults is not None and fault not in self._faults[-100:]:
            self._faults.append(fault)

    def _text(self, text: str) -> Any:
        if not is_expression(text):
            return unescape(text)
        result = self.node(parse_expression(text))
        return Unknown(text, result.needs) if isinstance(result, Unknown) else result

    def _array(self, items: list[Any]) -> list[Any]:
        self.budget.enter()
        try:
            self.budget.spend(len(items))
            result = []
            for index, item in enumerate(items):
                self._path.append(index)
                result.append(self.tree(item))
                self._path.pop()
            return result
        finally:
            self.budget.leave()

    def _object(self, mapping: dict[str, Any]) -> Any:
        self.budget.enter()
        try:
            self.budget.spend(len(mapping))
            result: dict[str, Any] = {}
            for key, item in mapping.items():
                if len(key) == 4 and is_copy(key, item):
                    result.update(expand_copies(self, item, key))
                    continue
                self._path.append(key)
                name = self.tree(key) if key.startswith("[") else key
                if isinstance(name, Unknown):  # an object whose fields nobody can name is unknown
                    return Unknown(name.expression, name.needs)
                result[str(name)] = self.tree(item)
                self._path.pop()
            return result
        finally:
            self.budget.leave()

    def node(self, node: Node) -> Any:
        """Evaluate one node of an expression. Never raises Undetermined."""
        if isinstance(node, Literal):
            return node.value
        self.budget.enter()
        try:
            result = self._call(node) if isinstance(node, Call) else self._access(node)
        finally:
            self.budget.leave()
        return Unknown(f"[{node.text}]", result.needs) if isinstance(result, Unknown) else result

    def _call(self, node: Call) -> Any:
        arguments: list[Any] = []
        try:
            form = SPECIAL_FORMS.get(node.name)
            if form is not None:
                return form(self, node)
            arguments = [self.node(argument) for argument in node.arguments]
            return self._apply(node, arguments)
        except Undetermined as met:
            return Unknown("", met.needs | needs_of(*arguments))

    def _apply(self, node: Call, arguments: list[Any]) -> Any:
        function = FUNCTIONS.get(node.name)
        if function is not None:
            for argument in arguments:
                self.budget.weigh(argument)
            result = function.call(arguments, self.place)
            self.budget.weigh(result)
            return result
        if node.name in PLACE_FUNCTIONS:
            return self._about_place(node)
        if node.name in self.functions:
            return call_user_function(self, self.functions[node.name], arguments)
        if is_asked_of_azure(node.name):
            return unknown_of_azure(node, arguments)
        raise _no_such_function(node)

    def _about_place(self, node: Call) -> Any:
        if node.arguments:
            raise ExpressionError(f"{node.spelling}() takes 0 arguments, not {len(node.arguments)}")
        if node.name not in self._places:
            self._places[node.name] = PLACE_FUNCTIONS[node.name](self.place)
        return self._places[node.name]

    def _access(self, node: Access) -> Any:
        target, key = self.node(node.target), self.node(node.key)
        if isinstance(target, Unknown) or isinstance(key, Unknown):
            return Unknown("", needs_of(*(each for each in (target, key) if isinstance(each, Unknown))))
        if isinstance(target, dict) and isinstance(key, str):
            return self._property(target, key)
        if isinstance(target, list) and isinstance(key, int) and not isinstance(key, bool):
            return _item(target, key)
        raise ExpressionError(f"{kind_of(target)} has no {key!r}")

    def _property(self, target: dict[str, Any], key: str) -> Any:
        self.budget.spend(len(target) // 8)
        name = find_key(target, key)
        if name is None:
            known = ", ".join(list(target)[:10]) or "nothing"
            raise ExpressionError(f"the object has no property '{key}'; it has {known}")
        return target[name]


def _no_deployment(name: str) -> None:
    del name


def _item(target: list[Any], index: int) -> Any:
    if not 0 <= index < len(target):
        raise ExpressionError(f"the array has {len(target)} items, there is no [{index}]")
    return target[index]


def _no_such_function(node: Call) -> ExpressionError:
    if "." in node.name:
        return ExpressionError(
            f"no user function {node.spelling}() is declared", f"declare '{node.spelling}' under functions"
        )
    return ExpressionError(f"the ARM template language has no function {node.spelling}()")
