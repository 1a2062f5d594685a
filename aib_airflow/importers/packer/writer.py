"""Write values as ARM does: literals as they are, the rest as expressions over parameters and variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aib_airflow.importers.packer.arm_literals import as_value, escape, write_literal
from aib_airflow.importers.packer.document import Place, Variable
from aib_airflow.importers.packer.foreign import foreign_path, unknown_reference
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
from aib_airflow.importers.packer.value_types import (
    empty_value,
    fitting,
    is_secret_name,
    secure,
    type_of,
    variable_type,
)

_DECIDING = {"not", "and", "or"}


@dataclass(slots=True)
class Writer:
    """Writes values, and keeps the parameters and variables they need. `place` is what notes are about."""

    scope: Scope
    report: Report
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    place: Place | None = None
    _names: dict[object, str] = field(default_factory=dict)
    _expressions: dict[type, Callable[[Any, str], str]] = field(init=False)

    def __post_init__(self) -> None:
        """Say which kind of node is written by which method."""
        self._expressions = {
            Literal: self._literal,
            Text: self._text,
            Reference: self._reference,
            Call: self._call,
            Choice: self._choice,
            Access: self._access,
            Items: self._items,
            Fields: self._fields,
            Opaque: self._opaque,
        }

    def write(self, node: Node, place: Place, kind: str = "string") -> Any:
        """Return the value as it stands in an ARM template. `kind` is the type of what nothing else tells."""
        before, self.place = self.place, place
        try:
            return self._write(node, kind)
        finally:
            self.place = before

    def write_text(self, node: Node, place: Place) -> Any:
        """Return the value where ARM wants a text: numbers and booleans become one."""
        if isinstance(node, Literal) and not isinstance(node.value, str):
            return self.write(Literal(fitting(node.value, "string")), place)
        if self.type_of(node) in ("int", "bool"):
            return as_value(self._converted(self.expression(node, place), node))
        return self.write(node, place)

    def expression(self, node: Node, place: Place, kind: str = "string") -> str:
        """Return the value as it stands inside an ARM expression."""
        before, self.place = self.place, place
        try:
            return self._expression(node, kind)
        finally:
            self.place = before

    def ask(self, name: str, description: str, default: str | None = None) -> str:
        """Declare a text parameter that Packer's template has no variable for; return its expression."""
        chosen = self._choose(("asked", name), name, self.parameters)
        given = {} if default is None else {"defaultValue": default}
        self.parameters[chosen] = {"type": "string"} | given | {"metadata": {"description": description}}
        return f"parameters('{chosen}')"

    def require(self, node: Node) -> None:
        """Take away the empty default of a variable whose value cannot be done without."""
        if isinstance(node, Reference) and node.space == "var":
            variable = self.scope.document.variables[node.name]
            self.scope.document.variables[node.name] = replace(variable, default=None)
            declared = self.parameters.get(self._names.get(("var", node.name), ""), {})
            declared.pop("defaultValue", None)

    def share(self, name: str, value: Any) -> str:
        """Declare a variable for a value that is needed several times; return its expression."""
        chosen = self._choose(("shared", name, len(self.variables)), name, self.variables)
        self.variables[chosen] = value
        return f"variables('{chosen}')"

    def type_of(self, node: Node) -> str:
        """Return ARM's type of a node, or nothing if it cannot be told."""
        return type_of(node, self.scope)

    def _write(self, node: Node, kind: str) -> Any:
        match node:
            case Literal(value):
                return escape(value)
            case Items(items):
                return [self._write(item, "string") for item in items]
            case Fields(fields):
                return {key: self._write(value, "string") for key, value in fields}
        expression = self._expression(node, kind)
        if kind == "array" and self.type_of(node) == "string":
            expression = (
                f"split({expression}, ',')"  # JSON's variables are texts; Packer splits them at commas
            )
        return as_value(expression)

    def _expression(self, node: Node, kind: str = "string") -> str:
        return self._expressions[type(node)](node, kind)

    def _literal(self, node: Literal, kind: str) -> str:
        return write_literal(node.value)

    def _items(self, node: Items, kind: str) -> str:
        return f"createArray({', '.join(self._expression(item) for item in node.items)})"

    def _fields(self, node: Fields, kind: str) -> str:
        pairs = (f"{write_literal(key)}, {self._expression(value)}" for key, value in node.fields)
        return f"createObject({', '.join(pairs)})"

    def _choice(self, node: Choice, kind: str) -> str:
        branches = (self._expression(each, kind) for each in (node.positive, node.negative))
        return f"if({', '.join((self._expression(node.condition, 'bool'), *branches))})"

    def _text(self, node: Text, kind: str) -> str:
        pattern = ""
        arguments: list[str] = []
        for part in node.parts:
            if isinstance(part, Literal):
                pattern += str(part.value).replace("{", "{{").replace("}", "}}")
            else:
                pattern += f"{{{len(arguments)}}}"
                arguments.append(self._in_text(part))
        return f"format({', '.join((write_literal(pattern), *arguments))})"

    def _in_text(self, node: Node) -> str:
        written = self._expression(node)
        return self._converted(written, node) if self.type_of(node) == "bool" else written

    def _converted(self, written: str, node: Node) -> str:
        """ARM writes a boolean as True; HCL2 as true."""
        return f"toLower(string({written}))" if self.type_of(node) == "bool" else f"string({written})"

    def _reference(self, node: Reference, kind: str) -> str:
        if node.space == "path":
            return "'.'"
        if node.space == "var":
            return self._parameter(node.name, kind)
        if node.space == "local" and node.name in self.scope.document.locals:
            return self._local(node)
        return self._opaque(unknown_reference(node.space, node.name), kind)

    def _access(self, node: Access, kind: str) -> str:
        words = foreign_path(node)
        if words:
            return self._opaque(unknown_reference(".".join(words[:-1]), words[-1]), kind)
        whole, key = node.whole, node.key
        word = key.value if isinstance(key, Literal) else None
        written = self._expression(whole, "array" if isinstance(word, int) else "object")
        if isinstance(word, str) and re.fullmatch(r"[A-Za-z_]\w*", word):
            return f"{written}.{word}"
        return f"{written}[{self._expression(key)}]"

    def _call(self, node: Call, kind: str) -> str:
        inner = "bool" if node.name in _DECIDING else "string"
        try:
            return arm_call(node.name, [self._expression(argument, inner) for argument in node.arguments])
        except NoArmFunctionError:
            pass
        try:
            value = self.scope.evaluate(node)
        except UnknownValueError:
            reason = "is a function that ARM does not have"
            return self._opaque(Opaque(node.name, f"{node.name}()", reason), kind)
        self._changed(f"ARM has no function {node.name}(); its value is written as it is now: {value!r}")
        return write_literal(value)

    def _parameter(self, name: str, kind: str) -> str:
        key = ("var", name)
        if key not in self._names:
            chosen = self._choose(key, name, self.parameters)
            self.parameters[chosen] = {}  # a variable that is defined by itself ends here
            variable = self.scope.document.variables.get(name)
            if variable is None:
                self._changed(
                    f"no file declares the variable '{name}'; parameter '{chosen}' waits for its value",
                    "import the folder or all files of the template, or give it with -var",
                )
            self.parameters[chosen] = self._declaration(variable or Variable(name), kind)
        return f"parameters('{self._names[key]}')"

    def _declaration(self, variable: Variable, kind: str) -> dict[str, Any]:
        declared = variable_type(variable, self.scope) or kind
        is_secret = variable.sensitive or is_secret_name(variable.name)
        body: dict[str, Any] = {"type": secure(declared) if is_secret else declared}
        default, description = variable.default, variable.description
        if isinstance(default, Opaque):
            description = description or f"Packer's default: {default.source}"
        elif default is not None and not is_secret:
            value = fitting(self._write(default, declared), declared)
            body["defaultValue"] = empty_value(declared) if value is None else value
        return body | ({"metadata": {"description": description}} if description else {})

    def _local(self, node: Reference) -> str:
        setting = self.scope.document.locals[node.name]
        if isinstance(setting.value, Call | Opaque) and not self._is_writable(setting.value):
            source = getattr(setting.value, "source", f"local.{node.name}")
            return self._opaque(Opaque(node.name, source, "is worked out by each run of Packer"), "string")
        key = ("local", node.name)
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
            chosen = self._choose(key, node.name, self.parameters)
            declared = secure(kind) if is_secret_name(chosen) else kind
            description = {"description": f"In Packer: {node.source}"}
            self.parameters[chosen] = {"type": declared, "metadata": description}
            message = f"'{node.source}' {node.reason}; parameter '{chosen}' stands for it"
            self._changed(message, "give it a value")
        return f"parameters('{self._names[key]}')"

    def _choose(self, key: object, wanted: str, taken: Mapping[str, Any]) -> str:
        """Return the name of a parameter or variable; ARM's names are words, and their case does not count."""
        if key not in self._names:
            word = re.sub(r"\W", "_", wanted, flags=re.ASCII) or "value"
            used = {name.lower() for name in taken}
            candidates = (word, *(f"{word}_{number}" for number in range(2, len(used) + 3)))
            self._names[key] = next(name for name in candidates if name.lower() not in used)
        return self._names[key]

    def _changed(self, message: str, fix: str = "") -> None:
        if self.place:
            self.report.changed(self.place, message, fix)
