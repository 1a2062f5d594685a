"""The parameters a deployment template declares, and the check of the values it is given."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aib_airflow.arm_template.errors import ArmFault
from aib_airflow.arm_template.functions import kind_of

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "securestring": str,
    "int": int,
    "bool": bool,
    "object": dict,
    "secureobject": dict,
    "array": list,
}


@dataclass(frozen=True, slots=True)
class ParameterDeclaration:
    """One declared parameter, as a form needs it.

    `type` is ARM's word in lower case without `secure`: string, int, bool, object or array. `default` is
    the value used when nobody gives one: what the caller gave, else the evaluated defaultValue, else None.
    """

    name: str
    type: str
    default: Any = None
    allowed_values: tuple[Any, ...] = ()
    description: str = ""
    secure: bool = False
    required: bool = False
    at_least: int | None = None
    at_most: int | None = None

    def complaint(self, value: Any) -> str:
        """Say what is wrong with `value`; nothing if it may be given."""
        expected = _TYPES[self.type]
        if not isinstance(value, expected) or (isinstance(value, bool) and self.type != "bool"):
            return f"parameter '{self.name}' is of type {self.type}, but its value is {kind_of(value)}"
        if self.allowed_values and value not in self.allowed_values:
            shown = "a secret value" if self.secure else repr(value)
            return (
                f"parameter '{self.name}': {shown} is not one of {', '.join(map(str, self.allowed_values))}"
            )
        return self._complaint_about_size(value)

    def _complaint_about_size(self, value: Any) -> str:
        if isinstance(value, bool | dict):
            return ""
        size, what = (value, "a value") if isinstance(value, int) else (len(value), "a length")
        if self.at_least is not None and size < self.at_least:
            return f"parameter '{self.name}' needs {what} of at least {self.at_least}"
        if self.at_most is not None and size > self.at_most:
            return f"parameter '{self.name}' needs {what} of at most {self.at_most}"
        return ""


def read_declarations(section: Any, faults: list[ArmFault]) -> dict[str, ParameterDeclaration]:
    """Read a template's `parameters`, without evaluating defaults. Keys are names in lower case."""
    if not isinstance(section, dict):
        faults.append(ArmFault(("parameters",), f"parameters must be an object, not {kind_of(section)}"))
        return {}
    declarations = {}
    for name, body in section.items():
        complaint = _complaint_about_body(body)
        if complaint:
            faults.append(ArmFault(("parameters", name), f"parameter '{name}' {complaint}"))
        else:
            declarations[name.lower()] = _read(name, body)
    return declarations


def _complaint_about_body(body: Any) -> str:
    if not isinstance(body, dict):
        return f"must be declared by an object, not {kind_of(body)}"
    if "$ref" in body:
        return "uses $ref: type definitions are not supported yet"
    if str(body.get("type", "")).lower() not in _TYPES:
        return "needs a type: string, int, bool, object, array, secureString or secureObject"
    if not isinstance(body.get("allowedValues", []), list):
        return "has allowedValues that are no array"
    for limit in ("minValue", "maxValue", "minLength", "maxLength"):
        if not isinstance(body.get(limit, 0), int):
            return f"has a {limit} that is no whole number"
    return ""


def _read(name: str, body: dict[str, Any]) -> ParameterDeclaration:
    spelling = body["type"].lower()
    metadata = body.get("metadata")
    return ParameterDeclaration(
        name=name,
        type=spelling.removeprefix("secure"),
        allowed_values=tuple(body.get("allowedValues", [])),
        description=str(metadata.get("description", "")) if isinstance(metadata, dict) else "",
        secure=spelling.startswith("secure"),
        required="defaultValue" not in body and not body.get("nullable"),
        at_least=body.get("minValue", body.get("minLength")),
        at_most=body.get("maxValue", body.get("maxLength")),
    )


def check_values(
    declarations: Mapping[str, ParameterDeclaration], values: Mapping[str, Any], faults: list[ArmFault]
) -> dict[str, Any]:
    """Return the given values under lower-case names; what is missing, unknown or wrong becomes a fault."""
    given = {name.lower(): value for name, value in values.items() if value is not None}
    faults.extend(
        ArmFault(("parameters",), f"no parameter '{name}' is declared", _guess(name, declarations))
        for name in sorted(given.keys() - declarations.keys())
    )
    for name, declaration in declarations.items():
        place = ("parameters", declaration.name)
        if name in given:
            complaint = declaration.complaint(given[name])
            if complaint:
                faults.append(ArmFault(place, complaint))
        elif declaration.required:
            message = f"parameter '{declaration.name}' has no defaultValue and no value is given"
            faults.append(ArmFault(place, message, "give it under `parameters:` in a pipeline file"))
    return given


def _guess(name: str, declarations: Mapping[str, ParameterDeclaration]) -> str:
    close = difflib.get_close_matches(name, declarations, n=1)
    return f"did you mean '{declarations[close[0]].name}'?" if close else ""
