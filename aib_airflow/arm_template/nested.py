"""Templates inside a template: what their names mean, and what `reference()` learns of their outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from aib_airflow.arm_template.copies import read_loop
from aib_airflow.arm_template.errors import ArmFault, DocumentPath, ExpressionError
from aib_airflow.arm_template.evaluator import Evaluator
from aib_airflow.arm_template.frame import NOWHERE, Frame
from aib_airflow.arm_template.functions import entries_of, field_of, kind_of
from aib_airflow.arm_template.outputs import read_outputs
from aib_airflow.arm_template.parameter_files import secret_of
from aib_airflow.arm_template.parameters import ParameterDeclaration
from aib_airflow.arm_template.place import Place
from aib_airflow.arm_template.sections import Section, Source
from aib_airflow.arm_template.template import Template, checked, open_template
from aib_airflow.arm_template.unknown import Unknown

NESTED_TYPE = "microsoft.resources/deployments"


def open_nested(
    outer: Template, body: dict[str, Any], path: DocumentPath, frame: Frame, faults: list[ArmFault]
) -> tuple[Template, Frame] | None:
    """Return the template inside a deployment resource, and the frame that its resources stand in.

    None is returned where the text is not here: a linked template, or one that nobody knows yet.
    """
    properties = field_of(body, "properties")
    if not isinstance(properties, dict):
        return None
    path = (*path, "properties", "template")
    document = field_of(properties, "template")
    if isinstance(document, str):
        document = outer.evaluator.evaluate(document, path, frame, faults)
    if not isinstance(document, dict):
        return None
    if not _has_inner_scope(properties):
        return Template(document, path, {}, outer.evaluator), frame
    place = _place(outer, body, path[:-2], frame, faults)
    entries = field_of(properties, "parameters")
    give = _GivenParameters(outer, entries, (*path[:-1], "parameters"), frame)
    inner = open_template(document, path, Evaluator(place, outer.evaluator.budget), give, faults)
    inner.evaluator.deployments = NestedDeployments(inner)
    return inner, NOWHERE


def without_template(body: dict[str, Any]) -> dict[str, Any]:
    """Return a deployment resource without its template's text, which is evaluated in names of its own."""
    properties = field_of(body, "properties")
    if not isinstance(properties, dict):
        return body
    kept = {key: value for key, value in properties.items() if key.lower() != "template"}
    return {key: kept if value is properties else value for key, value in body.items()}


def _has_inner_scope(properties: dict[str, Any]) -> bool:
    options = field_of(properties, "expressionEvaluationOptions")
    scope = field_of(options, "scope") if isinstance(options, dict) else None
    return isinstance(scope, str) and scope.lower() == "inner"


def _place(
    outer: Template, body: dict[str, Any], path: DocumentPath, frame: Frame, faults: list[ArmFault]
) -> Place:
    def read(key: str) -> Any:
        return outer.evaluator.evaluate(field_of(body, key), (*path, key), frame, faults)

    return outer.evaluator.place.inside(read("subscriptionId"), read("resourceGroup"), read("name"))


@dataclass(frozen=True, slots=True)
class _GivenParameters:
    """What a nested template's parameters are given, each evaluated in the outer template's names."""

    outer: Template
    entries: Any
    path: DocumentPath
    frame: Frame

    def __call__(
        self, declarations: Mapping[str, ParameterDeclaration], faults: list[ArmFault]
    ) -> dict[str, Source]:
        given = {name.lower(): (name, entry) for name, entry in self._named(faults).items()}
        faults.extend(
            ArmFault((*self.path, name), f"the nested template declares no parameter '{name}'")
            for key, (name, _) in given.items()
            if key not in declarations
        )
        sources: dict[str, Source] = {}
        for key, declaration in declarations.items():
            if key in given:
                name, entry = given[key]
                sources[key] = partial(self._value, declaration, entry, (*self.path, name))
            elif declaration.required:
                message = f"the nested template's parameter '{declaration.name}' is not given"
                sources[key] = partial(_refuse, message, self.path)
        return sources

    def _named(self, faults: list[ArmFault]) -> dict[str, Any]:
        entries = self.entries
        if isinstance(entries, str):
            entries = self.outer.evaluator.evaluate(entries, self.path, self.frame, faults)
        if isinstance(entries, dict):
            return entries
        if entries is not None and not isinstance(entries, Unknown):
            faults.append(ArmFault(self.path, f"parameters must be an object, not {kind_of(entries)}"))
        return {}

    def _value(self, declaration: ParameterDeclaration, entry: Any, path: DocumentPath) -> Any:
        if isinstance(entry, str):
            entry = self.outer.evaluator.evaluate(entry, path, self.frame)
        elif isinstance(entry, dict) and "value" in entry:
            path = (*path, "value")
            entry = {"value": self.outer.evaluator.evaluate(entry["value"], path, self.frame)}
        if isinstance(entry, Unknown):
            return entry
        if isinstance(entry, dict) and "reference" in entry:
            return secret_of(entry["reference"])
        if not isinstance(entry, dict) or "value" not in entry:
            raise ExpressionError(
                f"parameter '{declaration.name}' has no value", 'write {"value": ...}', path
            )
        return checked(declaration, entry["value"], path)


def _refuse(message: str, path: DocumentPath) -> Any:
    raise ExpressionError(message, path=path)


class NestedDeployments:
    """The deployments nested in one template, by their names, and in languageVersion 2.0 their symbolic names."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._answers: Section | None = None
        self._names: set[str] = set()

    def __call__(self, name: str) -> Any:
        """Return what `reference()` answers about a deployment, or None if it is none of these."""
        if self._answers is None:
            self._answers = Section("reference", {})  # a name cannot depend on what deployments answer
            sources = dict(self._find())
            self._names = set(sources)
            self._answers = Section("reference", sources)
        return self._answers.value(name) if name.lower() in self._names else None

    def _find(self) -> Iterator[tuple[str, Source]]:
        for key, body in entries_of(field_of(self._template.document, "resources")):
            if isinstance(body, dict) and str(field_of(body, "type")).lower() == NESTED_TYPE:
                path = (*self._template.path, "resources", key)
                for index, frame in self._frames(body, path):
                    answer = partial(self._answer, body, path, frame)
                    for name in self._spellings(key, body, path, index, frame):
                        yield name.lower(), answer

    def _frames(self, body: dict[str, Any], path: DocumentPath) -> Iterator[tuple[int | None, Frame]]:
        copy = field_of(body, "copy")
        if not isinstance(copy, dict):
            yield None, NOWHERE
            return
        evaluator = self._template.evaluator
        try:
            loop = evaluator.standing_at((*path, "copy"), NOWHERE, lambda: read_loop(evaluator, copy))
        except ExpressionError:  # the walk over the resources reports it
            return
        for index in loop.indices:
            yield index if isinstance(index, int) else None, NOWHERE.in_resource_copy(loop.name, index)

    def _spellings(
        self, key: str | int, body: dict[str, Any], path: DocumentPath, index: int | None, frame: Frame
    ) -> Iterator[str]:
        if isinstance(key, str):
            yield key if index is None else f"{key}[{index}]"
        ignored: list[ArmFault] = []
        name = self._template.evaluator.evaluate(field_of(body, "name"), (*path, "name"), frame, ignored)
        if isinstance(name, Unknown):
            yield name.expression
        elif isinstance(name, str):
            yield name

    def _answer(self, body: dict[str, Any], path: DocumentPath, frame: Frame) -> Any:
        faults: list[ArmFault] = []
        evaluator = self._template.evaluator
        condition = evaluator.evaluate(field_of(body, "condition"), (*path, "condition"), frame, faults)
        opened = None if condition is False else open_nested(self._template, body, path, frame, faults)
        if opened is None:
            return None
        outputs = read_outputs(*opened, faults)
        if faults:
            raise ExpressionError(faults[0].message, faults[0].fix, faults[0].path)
        return {"outputs": outputs, "provisioningState": "Succeeded"}
