"""ARM's types of Packer's values."""

from __future__ import annotations

import re
from typing import Any

from aib_airflow.importers.packer.document import Variable
from aib_airflow.importers.packer.nodes import Node, Opaque, Reference, Text
from aib_airflow.importers.packer.scope import Scope, as_text

_TYPES = {
    "string": "string", "number": "int", "bool": "bool", "list": "array", "set": "array", "tuple": "array",
    "map": "object", "object": "object",
}  # fmt: skip
_EMPTY: dict[str, Any] = {"string": "", "array": [], "object": {}, "int": 0, "bool": False}
_SECRET_NAME = re.compile(
    r"password|passwd|secret|token|access_?key|account_?key|private_?key", re.IGNORECASE
)
_SECURE = {"string": "securestring", "object": "secureObject"}


def type_of(node: Node, scope: Scope) -> str:
    """Return ARM's type of a node, or nothing if it cannot be told."""
    if isinstance(node, Reference) and node.space == "var" and node.name in scope.document.variables:
        return variable_type(scope.document.variables[node.name], scope)
    if isinstance(node, Text):
        return "string"
    return _type_of_value(scope.value(node))


def variable_type(variable: Variable, scope: Scope) -> str:
    """Return ARM's type of a variable, or nothing if neither its type nor its default tells."""
    declared = _TYPES.get(variable.type, "")
    value = None if variable.default is None else scope.value(variable.default)
    if declared == "int" and isinstance(value, float):
        return "string"  # ARM has no numbers with a fraction
    if declared:
        return declared
    return "string" if isinstance(variable.default, Text | Opaque) else _type_of_value(value)


def empty_value(kind: str) -> Any:
    """Return what stands for null in a parameter: ARM knows no null there."""
    return _EMPTY[kind]


def fitting(value: Any, kind: str) -> Any:
    """Return a known value as a parameter of a type takes it; Packer converts `"30"` to a number by itself."""
    if kind == "string" and isinstance(value, bool | int | float):
        return as_text(value)
    if kind == "int" and isinstance(value, str) and value.strip().lstrip("-").isdigit():
        return int(value)
    if kind == "bool" and value in ("true", "false"):
        return value == "true"
    return value


def is_secret_name(name: str) -> bool:
    """Tell whether a name speaks of a secret, for those who forgot `sensitive`."""
    return _SECRET_NAME.search(name) is not None


def secure(kind: str) -> str:
    """Return the type of a parameter that no log shows; numbers and lists have none."""
    return _SECURE.get(kind, kind)


def _type_of_value(value: Any) -> str:
    kinds = {str: "string", bool: "bool", int: "int", float: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "")
