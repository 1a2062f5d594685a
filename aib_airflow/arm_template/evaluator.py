"""Evaluate expressions offline, within bounds: the same text gives the same value, and always soon."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aib_airflow.arm_template.errors import ArmFault, DocumentPath, ExpressionError
from aib_airflow.arm_template.functions import (
    FUNCTIONS,
    REFUSED_FUNCTIONS,
    SCOPED_FUNCTIONS,
    find_key,
    kind_of,
    need_bool,
)
from aib_airflow.arm_template.scope import SCOPE_FUNCTIONS, DeploymentScope, look_up
from aib_airflow.arm_template.syntax import (
    Access,
    Call,
    Literal,
    Node,
    is_expression,
    parse_expression,
    unescape,
)

MAX_DEPTH = 120
"""Levels of evaluation inside each other: calls, variables that use variables, objects in objects."""
MAX_WORK = 2_000_000
"""Values made in one evaluation, so that a template that doubles itself ends within a second."""


class Evaluator:
    """Evaluate expressions over parameters, variables and a scope.

    `parameters` and `variables` hold what the template says, names in lower case; both may be expressions
    and are evaluated when they are first used, so an unused one is never a fault.
    """

    def __init__(
        self, parameters: Mapping[str, Any], variables: Mapping[str, Any], scope: DeploymentScope
    ) -> None:
        self._unread = {"parameters": parameters, "variables": variables}
        self._scope = scope
        self._known: dict[tuple[str, str], Any] = {}
        self._open: set[tuple[str, str]] = set()
        self._depth = 0
        self._work_left = MAX_WORK

    def evaluate(self, value: Any, path: DocumentPath = (), faults: list[ArmFault] | None = None) -> Any:
        """Return `value` with every expression in it, keys included, replaced by its result.

        With `faults`, a wrong expression becomes a fault there and None in the result; without, the first
        one raises ExpressionError.
        """
        try:
            with self._deeper():
                return self._tree(value, path, faults)
        except ExpressionError as wrong:
            if faults is None:
                raise
            faults.append(ArmFault(path, wrong.message, wrong.fix))
            return None

    def _tree(self, value: Any, path: DocumentPath, faults: list[ArmFault] | None) -> Any:
        if isinstance(value, str):
            return self._node(parse_expression(value)) if is_expression(value) else unescape(value)
        self._spend(1)
        if isinstance(value, list):
            return [self.evaluate(item, (*path, index), faults) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return dict(self._entries(value, path, faults))
        return value

    def _entries(
        self, mapping: dict[str, Any], path: DocumentPath, faults: list[ArmFault] | None
    ) -> Iterator[tuple[str, Any]]:
        for key, item in mapping.items():
            if key.lower() == "copy" and isinstance(item, list):
                raise ExpressionError("copy is not supported yet", "write the items out")
            name = self.evaluate(key, (*path, key), faults) if key.startswith("[") else key
            yield str(name), self.evaluate(item, (*path, key), faults)

    def _node(self, node: Node) -> Any:
        with self._deeper():
            if isinstance(node, Literal):
                return node.value
            if isinstance(node, Access):
                return self._access(node)
            return self._call(node)

    def _access(self, node: Access) -> Any:
        key = self._node(node.key)
        if isinstance(node.target, Call) and node.target.name in SCOPE_FUNCTIONS and isinstance(key, str):
            return look_up(self._scope, node.target.name, key)
        target = self._node(node.target)
        if isinstance(target, dict) and isinstance(key, str):
            return self._property(target, key)
        if isinstance(target, list) and isinstance(key, int) and not isinstance(key, bool):
            return _item(target, key)
        raise ExpressionError(f"{kind_of(target)} has no {key!r}")

    def _property(self, target: dict[str, Any], key: str) -> Any:
        self._spend(len(target))
        name = find_key(target, key)
        if name is None:
            known = ", ".join(list(target)[:10]) or "nothing"
            raise ExpressionError(f"the object has no property '{key}'; it has {known}")
        return target[name]

    def _call(self, node: Call) -> Any:
        special = self._special_form(node.name)
        if special is not None:
            return special(node)
        arguments = [self._node(argument) for argument in node.arguments]
        self._spend(1 + sum(map(_size, arguments)))
        if node.name in SCOPED_FUNCTIONS:
            return SCOPED_FUNCTIONS[node.name](self._scope, arguments)
        function = FUNCTIONS.get(node.name)
        if function is None:
            raise _unknown_function(node)
        result = function.call(arguments)
        self._measure(result)
        return result

    def _special_form(self, name: str) -> Callable[[Call], Any] | None:
        match name:
            case "if":
                return self._if
            case "and" | "or":
                return self._and_or
            case "coalesce":
                return self._coalesce
            case "parameters" | "variables":
                return self._named_value
            case _:
                return None

    def _if(self, node: Call) -> Any:
        if len(node.arguments) != 3:
            raise ExpressionError(f"if() takes 3 arguments, not {len(node.arguments)}")
        condition, positive, negative = node.arguments
        return self._node(positive if need_bool("if", self._node(condition)) else negative)

    def _and_or(self, node: Call) -> bool:
        if not node.arguments:
            raise ExpressionError(f"{node.name}() takes at least 1 argument, not 0")
        decides = node.name == "or"
        return any(need_bool(node.name, self._node(each)) == decides for each in node.arguments) == decides

    def _coalesce(self, node: Call) -> Any:
        values = (self._node(argument) for argument in node.arguments)
        return next((value for value in values if value is not None), None)

    def _named_value(self, node: Call) -> Any:
        if len(node.arguments) != 1:
            raise ExpressionError(f"{node.name}() takes 1 argument, not {len(node.arguments)}")
        name = self._node(node.arguments[0])
        if not isinstance(name, str):
            raise ExpressionError(f"{node.name}() takes a name, not {kind_of(name)}")
        return self.named_value(node.name, name)

    def named_value(self, section: str, name: str) -> Any:
        """Return one of the `parameters` or `variables`, evaluated once. Raises ExpressionError."""
        entry = (section, name.lower())
        if entry in self._known:
            return self._known[entry]
        if entry in self._open:
            raise ExpressionError(f"{section}('{name}') is defined by itself")
        if entry[1] not in self._unread[section]:
            raise self._unknown_name(section, name)
        self._open.add(entry)
        try:
            value = self.evaluate(self._unread[section][entry[1]])
        finally:
            self._open.discard(entry)
        self._measure(value)
        self._known[entry] = value
        return value

    def _unknown_name(self, section: str, name: str) -> ExpressionError:
        if section == "variables" and "copy" in self._unread[section]:
            return ExpressionError(
                f"variables('{name}') may come from a copy loop: copy is not supported yet"
            )
        return ExpressionError(f"{section}('{name}') is not declared", f"declare '{name}' under {section}")

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        if self._depth >= MAX_DEPTH:
            raise ExpressionError(f"the template is nested more than {MAX_DEPTH} levels deep")
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def _measure(self, value: Any) -> None:
        self._spend(1)
        if isinstance(value, list):
            for item in value:
                self._measure(item)
        elif isinstance(value, dict):
            for item in value.values():
                self._measure(item)

    def _spend(self, work: int) -> None:
        self._work_left -= work
        if self._work_left < 0:
            raise ExpressionError(f"the expressions make more than {MAX_WORK} values")


def _item(target: list[Any], index: int) -> Any:
    if not 0 <= index < len(target):
        raise ExpressionError(f"the array has {len(target)} items, there is no [{index}]")
    return target[index]


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value) // 64
    return len(value) if isinstance(value, list | dict) else 0


def _unknown_function(node: Call) -> ExpressionError:
    if node.name in SCOPE_FUNCTIONS:
        return ExpressionError(
            f"{node.spelling}() as a whole is not supported yet", "name one of its properties"
        )
    if "." in node.name:
        return ExpressionError(f"{node.spelling}() is a user function: functions are not supported yet")
    refusal = REFUSED_FUNCTIONS.get(node.name)
    if refusal is not None:
        return ExpressionError(refusal, "give the value by a parameter")
    return ExpressionError(f"the ARM template language has no function {node.spelling}()")
