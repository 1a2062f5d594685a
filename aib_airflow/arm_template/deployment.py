"""An ARM deployment template and the values it is deployed with: what is missing, and what it would deploy."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aib_airflow.arm_template.budget import Budget
from aib_airflow.arm_template.errors import (
    ArmFault,
    ArmTemplateError,
    ExpressionError,
    LimitError,
    fault_of,
)
from aib_airflow.arm_template.evaluator import Evaluator
from aib_airflow.arm_template.frame import NOWHERE
from aib_airflow.arm_template.functions import entries_of, field_of, kind_of
from aib_airflow.arm_template.nested import NestedDeployments
from aib_airflow.arm_template.outputs import read_outputs
from aib_airflow.arm_template.parameters import ParameterDeclaration, check_values
from aib_airflow.arm_template.place import Place
from aib_airflow.arm_template.resources import DeployedResource, walk_resources
from aib_airflow.arm_template.scope import DeploymentScope
from aib_airflow.arm_template.sections import Source
from aib_airflow.arm_template.template import open_template
from aib_airflow.arm_template.unknown import is_known


class Deployment:
    """A deployment template and the values it is deployed with.

    Making one raises ArmTemplateError for what is wrong with the template's structure or with the values, all
    at once. Values that are not given are no fault: `missing` names them, and what needs them is Unknown.
    """

    def __init__(self, document: dict[str, Any], values: Mapping[str, Any], scope: DeploymentScope) -> None:
        faults: list[ArmFault] = []
        given: dict[str, Any] = {}

        def give(
            declarations: Mapping[str, ParameterDeclaration], faults: list[ArmFault]
        ) -> dict[str, Source]:
            given.update(check_values(declarations, values, faults))
            return {name: _constant(value) for name, value in given.items()}

        with _one_error():
            evaluator = Evaluator(Place.of(scope), Budget())
            self._template = open_template(document, (), evaluator, give, faults)
            faults += _faults_of_resources(document)
            if faults:
                raise ArmTemplateError(tuple(faults))
            evaluator.deployments = NestedDeployments(self._template)
            declarations = self._template.declarations
            self.parameters = tuple(map(self._with_default, declarations.values()))
        self.missing = tuple(
            declaration.name
            for name, declaration in declarations.items()
            if declaration.required and name not in given
        )

    def _with_default(self, declaration: ParameterDeclaration) -> ParameterDeclaration:
        """Fill in the default; a wrong one is a fault where it is used."""
        try:
            default = self._template.evaluator.sections["parameters"].value(declaration.name)
        except LimitError:
            raise
        except ExpressionError:
            return declaration
        return dataclasses.replace(declaration, default=default) if is_known(default) else declaration

    def resources(self, wanted: Callable[[str], bool]) -> Iterator[DeployedResource]:
        """Yield the resources whose type, in lower case, is wanted. Children follow their parent.

        Raises ArmTemplateError where the template asks for more than any honest one.
        """
        with _one_error():
            yield from walk_resources(self._template, wanted)

    def outputs(self) -> dict[str, Any]:
        """Return the values of the outputs. Raises ArmTemplateError with all that is wrong in them."""
        faults: list[ArmFault] = []
        with _one_error():
            outputs = read_outputs(self._template, NOWHERE, faults)
        if faults:
            raise ArmTemplateError(tuple(faults))
        return {name: output["value"] for name, output in outputs.items()}


@contextmanager
def _one_error() -> Iterator[None]:
    try:
        yield
    except ExpressionError as wrong:
        raise ArmTemplateError((fault_of(wrong),)) from None
    except RecursionError:  # the caller stood deep already; the bounds count from here only
        raise ArmTemplateError((ArmFault((), "the template is nested too deeply"),)) from None


def _constant(value: Any) -> Source:
    return lambda: value


def _faults_of_resources(document: dict[str, Any]) -> Iterator[ArmFault]:
    section = field_of(document, "resources")
    if not isinstance(section, list | dict):
        if section is not None:
            yield ArmFault(("resources",), f"resources must be an array, not {kind_of(section)}")
        return
    for key, body in entries_of(section):
        if not isinstance(body, dict):
            yield ArmFault(("resources", key), f"a resource must be an object, not {kind_of(body)}")
