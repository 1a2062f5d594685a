"""An ARM deployment template with its parameters filled in, ready to have its resources evaluated."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from aib_airflow.arm_template.errors import ArmFault, ArmTemplateError, DocumentPath, ExpressionError
from aib_airflow.arm_template.evaluator import Evaluator
from aib_airflow.arm_template.functions import kind_of
from aib_airflow.arm_template.parameters import ParameterDeclaration, check_values, read_declarations

if TYPE_CHECKING:
    from aib_airflow.arm_template.scope import DeploymentScope

_UNSUPPORTED = ("copy", "condition")


class Deployment:
    """A deployment template and the values it is deployed with.

    Raises ArmTemplateError, with every missing or wrong parameter, when it is made.
    """

    def __init__(self, document: dict[str, Any], values: Mapping[str, Any], scope: DeploymentScope) -> None:
        faults: list[ArmFault] = []
        self._document = document
        section = document.get("parameters") or {}
        declarations = read_declarations(section, faults)
        given = {} if faults else check_values(declarations, values, faults)
        variables = document.get("variables") or {}
        if not isinstance(variables, dict):
            faults.append(ArmFault(("variables",), f"variables must be an object, not {kind_of(variables)}"))
        if faults:
            raise ArmTemplateError(tuple(faults))
        unread = {name.lower(): body.get("defaultValue") for name, body in section.items()} | given
        self._evaluator = Evaluator(unread, {name.lower(): value for name, value in variables.items()}, scope)
        self.parameters = tuple(self._with_default(declaration) for declaration in declarations.values())

    def _with_default(self, declaration: ParameterDeclaration) -> ParameterDeclaration:
        """Fill in the default; one that only Azure can evaluate is left out, and is a fault where it is used."""
        try:
            default = self._evaluator.named_value("parameters", declaration.name)
        except ExpressionError:
            return declaration
        return dataclasses.replace(declaration, default=default)

    def resources(self) -> Iterator[tuple[DocumentPath, dict[str, Any]]]:
        """Yield each resource as it is written, with its path. Resources inside resources follow their parent."""
        yield from _walk(self._document.get("resources"), ("resources",))

    def evaluate(self, resource: dict[str, Any], path: DocumentPath, keys: tuple[str, ...]) -> dict[str, Any]:
        """Evaluate those `keys` of a resource that it has. Raises ArmTemplateError with every fault in them."""
        refused = [
            ArmFault((*path, key), f"{key} is not supported yet", "write the resource out without it")
            for key in _UNSUPPORTED
            if key in resource
        ]
        if refused:  # what stands in a loop cannot be read without it
            raise ArmTemplateError(tuple(refused))
        faults: list[ArmFault] = []
        evaluated = {
            key: self._evaluator.evaluate(resource[key], (*path, key), faults)
            for key in keys
            if key in resource
        }
        if faults:
            raise ArmTemplateError(tuple(faults))
        return evaluated


def _walk(resources: Any, path: DocumentPath) -> Iterator[tuple[DocumentPath, dict[str, Any]]]:
    # languageVersion 2.0 has an object here, keyed by symbolic names
    entries = resources.items() if isinstance(resources, dict) else enumerate(resources or ())
    for key, resource in entries:
        if isinstance(resource, dict):
            yield (*path, key), resource
            yield from _walk(resource.get("resources"), (*path, key, "resources"))
