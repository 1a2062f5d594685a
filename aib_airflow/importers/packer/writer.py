"""Write values as ARM does: literals as they are, the rest as expressions over parameters and variables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from aib_airflow.importers.packer.document import Place, Variable
from aib_airflow.importers.packer.functions import NoArmFunctionError, arm_call, has_arm_function
from aib_airflow.importers.packer.nodes import (
    Access,
    Call,
    Choice,
    Fields,
    Items,
    Literal,
    Node,
    Opaque,
    Reference,
    Text,
)
from aib_airflow.importers.packer.report import Report
from aib_airflow.importers.packer.scope import Scope, UnknownValueError

_TYPES = {
    "string": "string", "number": "int", "bool": "bool", "list": "array", "set": "array", "tuple": "array",
    "map": "object", "object": "object",
}  # fmt: skip
_SECRET_NAME = re.compile(
    r"password|passwd|secret|token|access_?key|account_?key|private_?key", re.IGNORECASE
)


@dataclass(slots=True)
class Writer:
    """Writes values, and keeps the parameters and variables they need. `place` is what notes are about."""

    scope: Scope
    report: Report
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    place: Place | None = None
    _names: dict[object, str] = field(default_factory=dict)

    def write(self, node: Node, place: Place, kind: str = "string") -> Any:
        """Return the value as it stands in an ARM template. `kind` is the type of what nothing else tells."""
        before, self.place = self.place, place
        try:
            return self._write(node, kind)
        finally:
            self.place = before

    def expression(self, node: Node, place: Place, kind: str = "string") -> str:
        """Return the value as it stands inside an ARM expression."""
        before, self.place = self.place, place
        try:
            return self._expression(node, kind)
        finally:
            self.place = before

    def ask(self, name: str, description: str, kind: str = "string") -> str:
        """Declare a parameter that Packer's template has no variable for; return its expression."""
        chosen = self._choose(("asked", name), name, self.parameters)
        self.parameters[chosen] = {"type": kind, "metadata": {"description": description}}
        return f"parameters('{chosen}')"

    def share(self, name: str, value: Any) -> str:
        """Declare a variable for a value that is needed several times; return its expression."""
        chosen = self._choose(("shared", name), name, self.variables)
        self.variables[chosen] = value
        return f"variables('{chosen}')"

    def _write(self, node: Node, kind: str) -> Any:
        match node:
            case Literal(value):
                return escape(value)
            case Items(items):
                return [self._write(item, "string") for item in items]
            case Fields(fields):
                return {key: self._write(value, "string") for key, value in fields}
        expression = self._expression(node, kind)
        literal = re.fullmatch(r"'((?:[^']|'')*)'", expression)
        return escape(literal.group(1).replace("''", "'")) if literal else f"[{expression}]"

    def _expression(self, node: Node, kind: str = "string") -> str:
        match node:
            case Literal(value):
                return write_literal(value)
            case Text(parts):
                return self._text(parts)
            case Reference("path", _):
                return "'.'"
            case Reference("var", name):
                return self._parameter(name, kind)
            case Reference("local", name) if name in self.scope.document.locals:
                return self._local(node)
            case Reference(space, name):
                return self._opaque(_reference_to(space, name), kind)
            case Opaque():
                return self._opaque(node, kind)
            case Items(items):
                return f"createArray({', '.join(self._expression(item) for item in items)})"
            case Fields(fields):
                pairs = (f"{write_literal(key)}, {self._expression(value)}" for key, value in fields)
                return f"createObject({', '.join(pairs)})"
            case Choice(condition, positive, negative):
                arguments = (self._expression(each, kind) for each in (condition, positive, negative))
                return f"if({', '.join(arguments)})"
            case Access(whole, key):
                return self._access(whole, key)
            case Call(name, arguments):
                return self._call(node, name, arguments)

    def _text(self, parts: tuple[Node, ...]) -> str:
        pattern = ""
        arguments: list[str] = []
        for part in parts:
            if isinstance(part, Literal):
                pattern += str(part.value).replace("{", "{{").replace("}", "}}")
            else:
                pattern += f"{{{len(arguments)}}}"
                arguments.append(self._in_text(part))
        if pattern == "{0}":
            return arguments[0]
        return f"format({', '.join((write_literal(pattern), *arguments))})"

    def _in_text(self, node: Node) -> str:
        written = self._expression(node)
        return f"toLower(string({written}))" if self.type_of(node) == "bool" else written

    def _access(self, whole: Node, key: Node) -> str:
        inside = "array" if isinstance(key, Literal) and isinstance(key.value, int) else "object"
        if isinstance(whole, Reference) and whole.space not in ("var", "local", "path"):
            name = key.value if isinstance(key, Literal) else "value"
            return self._opaque(_reference_to(f"{whole.space}.{whole.name}", str(name)), "string")
        written = self._expression(whole, inside)
        if isinstance(key, Literal) and re.fullmatch(r"[A-Za-z_]\w*", str(key.value)):
            return f"{written}.{key.value}"
        return f"{written}[{self._expression(key)}]"

    def _call(self, node: Node, name: str, arguments: tuple[Node, ...]) -> str:
        try:
            return arm_call(name, [self._expression(argument) for argument in arguments])
        except NoArmFunctionError:
            pass
        try:
            value = self.scope.evaluate(node)
        except UnknownValueError:
            return self._opaque(Opaque(name, f"{name}()", "is a function that ARM does not have"), "string")
        self._changed(f"{name}() is a function that ARM does not have: its value now is written, {value!r}")
        return write_literal(value)

    def _parameter(self, name: str, kind: str) -> str:
        key = ("var", name)
        if key not in self._names:
            chosen = self._choose(key, name, self.parameters)
            self.parameters[chosen] = {}
            variable = self.scope.document.variables.get(name)
            if variable is None:
                self._changed(
                    f"no file declares the variable '{name}'; parameter '{chosen}' waits for its value",
                    "import the folder or all files of the template, or give it with -var",
                )
            self.parameters[chosen] = self._declaration(variable or Variable(name), kind)
        return f"parameters('{self._names[key]}')"

    def _declaration(self, variable: Variable, kind: str) -> dict[str, Any]:
        declared = self.variable_type(variable) or kind
        secret = variable.sensitive or _SECRET_NAME.search(variable.name) is not None
        body: dict[str, Any] = {"type": declared}
        if secret:
            body["type"] = {"string": "securestring", "object": "secureObject"}.get(declared, declared)
        default = variable.default
        if isinstance(default, Opaque):
            body["metadata"] = {"description": f"Packer's default: {default.source}"}
        elif default is not None and not secret:
            value = self._write(default, declared)
            body["defaultValue"] = (
                {"string": "", "array": [], "object": {}}.get(declared, 0) if value is None else value
            )
        if variable.description:
            body["metadata"] = {"description": variable.description}
        return body

    def variable_type(self, variable: Variable) -> str:
        """Return ARM's type of a variable, or nothing if neither its type nor its default tells."""
        declared = _TYPES.get(variable.type, "")
        value = None if variable.default is None else self.scope.value(variable.default)
        if declared == "int" and isinstance(value, float):
            return "string"  # ARM has no numbers with a fraction
        if declared:
            return declared
        if isinstance(variable.default, Text | Opaque):
            return "string"
        return _type_of_value(value)

    def type_of(self, node: Node) -> str:
        """Return ARM's type of a node, or nothing if it cannot be told."""
        if isinstance(node, Reference) and node.space == "var" and node.name in self.scope.document.variables:
            return self.variable_type(self.scope.document.variables[node.name])
        if isinstance(node, Text):
            return "string"
        return _type_of_value(self.scope.value(node))

    def _local(self, node: Reference) -> str:
        key = ("local", node.name)
        setting = self.scope.document.locals[node.name]
        if isinstance(setting.value, Call | Opaque) and not self._is_writable(setting.value):
            source = getattr(setting.value, "source", f"local.{node.name}")
            return self._opaque(Opaque(node.name, source, "is worked out by each run of Packer"), "string")
        if key not in self._names:
            chosen = self._choose(key, node.name, self.variables)
            self.variables[chosen] = None  # a local that is defined by itself ends here
            self.variables[chosen] = self.write(setting.value, setting.place)
        return f"variables('{self._names[key]}')"

    def _is_writable(self, node: Call | Opaque) -> bool:
        return isinstance(node, Call) and (has_arm_function(node.name) or self.scope.value(node) is not None)

    def _opaque(self, node: Opaque, kind: str) -> str:
        key = ("opaque", node.source)
        if key not in self._names:
            chosen = self._choose(key, re.sub(r"\W", "_", node.name) or "value", self.parameters)
            self.parameters[chosen] = {
                "type": "securestring" if _SECRET_NAME.search(chosen) else kind,
                "metadata": {"description": f"In Packer: {node.source}"},
            }
        self._changed(
            f"'{node.source}' {node.reason}; parameter '{self._names[key]}' stands for it", "give it a value"
        )
        return f"parameters('{self._names[key]}')"

    def _choose(self, key: object, wanted: str, taken: dict[str, Any]) -> str:
        if key not in self._names:
            wanted = re.sub(r"\W", "_", wanted, flags=re.ASCII)
            used = {name.lower() for name in taken}
            candidates = (wanted, *(f"{wanted}_{number}" for number in range(2, 1000)))
            self._names[key] = next(name for name in candidates if name.lower() not in used)
        return self._names[key]

    def _changed(self, message: str, fix: str = "") -> None:
        if self.place:
            self.report.changed(self.place, message, fix)


def escape(value: Any) -> Any:
    """Return a literal; a text in brackets gets one more, or ARM would take it for an expression."""
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        return f"[{value}"
    return value


def write_literal(value: Any) -> str:
    """Write a value inside an expression."""
    match value:
        case None:
            return "null()"
        case bool():
            return "true()" if value else "false()"
        case int():
            return str(value)
        case list():
            return f"createArray({', '.join(write_literal(item) for item in value)})"
        case dict():
            pairs = (f"{write_literal(str(key))}, {write_literal(item)}" for key, item in value.items())
            return f"createObject({', '.join(pairs)})"
    return "'" + str(value).replace("'", "''") + "'"


def _type_of_value(value: Any) -> str:
    kinds = {str: "string", bool: "bool", int: "int", float: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "")


def _reference_to(space: str, name: str) -> Opaque:
    source = f"{space}.{name}" if name else space
    reasons = {
        "build": "is known once Packer has made its machine",
        "local": "is a local that no file defines",
    }
    reason = reasons.get(
        space, "is looked up by Packer" if space.startswith("data") else "has no value in this file"
    )
    return Opaque(re.sub(r"\W", "_", source), source, reason)
