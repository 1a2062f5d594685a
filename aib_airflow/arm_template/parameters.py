"""The parameters a deployment template declares, and the check of the values they are given."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aib_airflow.arm_template.definitions import ANYTHING, Shape, read_shape
from aib_airflow.arm_template.errors import ArmFault, DocumentPath, ExpressionError
from aib_airflow.arm_template.functions import kind_of


@dataclass(frozen=True, slots=True)
class ParameterDeclaration:
    """One declared parameter, as a form needs it.

    `type` is ARM's word in lower case without `secure`: string, int, bool, object or array. `default` is
    the value used when nobody gives one: what the caller gave, else the evaluated defaultValue; it is None
    where that is not known yet. `required` says that there is neither.
    """

    name: str
    type: str
    shape: Shape
    default: Any = None
    description: str = ""
    secure: bool = False
    required: bool = False

    @property
    def allowed_values(self) -> tuple[Any, ...]:
        """The only values that may be given, if there are such."""
        return self.shape.allowed_values

    def complaint(self, value: Any) -> str:
        """Say what is wrong with `value`; nothing if it may be given."""
        wrong = self.shape.complaint(value, secret=self.secure)
        return f"parameter '{self.name}' {wrong}" if wrong else ""


def read_declarations(
    section: Any, definitions: Any, path: DocumentPath, faults: list[ArmFault]
) -> dict[str, ParameterDeclaration]:
    """Read a template's `parameters`, without evaluating defaults. Keys are names in lower case.

    A declaration that is wrong becomes a fault, and takes any value.
    """
    if section is None:
        return {}
    if not isinstance(section, dict):
        faults.append(ArmFault(path, f"parameters must be an object, not {kind_of(section)}"))
        return {}
    declarations = {}
    for name, body in section.items():
        try:
            declarations[name.lower()] = _read(name, body, definitions)
        except ExpressionError as wrong:
            faults.append(ArmFault((*path, name), f"parameter '{name}' {wrong.message}", wrong.fix))
            declarations[name.lower()] = ParameterDeclaration(name, "any", ANYTHING)
    return declarations


def _read(name: str, body: Any, definitions: Any) -> ParameterDeclaration:
    shape = read_shape(body, definitions)
    return ParameterDeclaration(
        name=name,
        type=shape.type,
        shape=shape,
        description=shape.description,
        secure=shape.secure,
        required="defaultValue" not in body and not shape.nullable,
    )


def check_values(
    declarations: Mapping[str, ParameterDeclaration], values: Mapping[str, Any], faults: list[ArmFault]
) -> dict[str, Any]:
    """Return the given values under lower-case names; what is undeclared or wrong becomes a fault.

    A value of None counts as not given.
    """
    given = {name.lower(): value for name, value in values.items() if value is not None}
    faults.extend(
        ArmFault(("parameters",), f"no parameter '{name}' is declared", _guess(name, declarations))
        for name in values
        if name.lower() not in declarations
    )
    for name, value in given.items():
        declaration = declarations.get(name)
        complaint = declaration.complaint(value) if declaration else ""
        if declaration and complaint:
            faults.append(ArmFault(("parameters", declaration.name), complaint))
    return given


def _guess(name: str, declarations: Mapping[str, ParameterDeclaration]) -> str:
    close = difflib.get_close_matches(name.lower()[:100], declarations, n=1)
    return f"did you mean '{declarations[close[0]].name}'?" if close else ""
