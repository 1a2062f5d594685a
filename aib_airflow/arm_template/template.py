"""One template and what its names mean: the deployment's own, or one nested in another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from aib_airflow.arm_template.copies import is_copy, repeat_input
from aib_airflow.arm_template.errors import ArmFault, DocumentPath, ExpressionError
from aib_airflow.arm_template.evaluator import Evaluator
from aib_airflow.arm_template.frame import NOWHERE
from aib_airflow.arm_template.functions import field_of, kind_of
from aib_airflow.arm_template.parameters import ParameterDeclaration, read_declarations
from aib_airflow.arm_template.sections import Section, Source
from aib_airflow.arm_template.unknown import Need, Unknown
from aib_airflow.arm_template.user_functions import read_user_functions


@dataclass(frozen=True, slots=True)
class Template:
    """A template's text, where it stands in the file, and the evaluator that knows its names."""

    document: dict[str, Any]
    path: DocumentPath
    declarations: Mapping[str, ParameterDeclaration]
    evaluator: Evaluator


def open_template(
    document: dict[str, Any],
    path: DocumentPath,
    evaluator: Evaluator,
    give: Callable[[Mapping[str, ParameterDeclaration], list[ArmFault]], Mapping[str, Source]],
    faults: list[ArmFault],
) -> Template:
    """Read a template's declarations into `evaluator`; nothing is evaluated. What is wrong becomes faults.

    `give` returns the values of the declared parameters that have some, under their names in lower case.
    """
    section = field_of(document, "parameters")
    declarations = read_declarations(
        section, field_of(document, "definitions"), (*path, "parameters"), faults
    )
    given = give(declarations, faults)
    sources = {
        name: given.get(name) or _default(evaluator, declaration, section[declaration.name], path)
        for name, declaration in declarations.items()
    }
    evaluator.sections = {
        "parameters": Section("parameters", sources),
        "variables": Section(
            "variables", _variables(evaluator, field_of(document, "variables"), path, faults)
        ),
    }
    evaluator.functions = read_user_functions(field_of(document, "functions"), (*path, "functions"), faults)
    return Template(document, path, declarations, evaluator)


def _default(
    evaluator: Evaluator, declaration: ParameterDeclaration, body: Any, path: DocumentPath
) -> Source:
    if declaration.required:
        need = Need("parameter", declaration.name)
        return lambda: Unknown(f"[parameters('{declaration.name}')]", frozenset((need,)))
    place = (*path, "parameters", declaration.name, "defaultValue")
    default = body.get("defaultValue") if isinstance(body, dict) else None
    return lambda: checked(declaration, evaluator.evaluate(default, place, NOWHERE), place)


def checked(declaration: ParameterDeclaration, value: Any, path: DocumentPath) -> Any:
    """Return a parameter's value if it may have it. Raises ExpressionError at `path`."""
    complaint = "" if value is None else declaration.complaint(value)
    if complaint:
        raise ExpressionError(complaint, path=path)
    return value


def _variables(
    evaluator: Evaluator, section: Any, path: DocumentPath, faults: list[ArmFault]
) -> dict[str, Source]:
    if section is None:
        return {}
    path = (*path, "variables")
    if not isinstance(section, dict):
        faults.append(ArmFault(path, f"variables must be an object, not {kind_of(section)}"))
        return {}
    sources: dict[str, Source] = {}
    for name, value in section.items():
        if is_copy(name, value):
            sources |= _loops(evaluator, value, (*path, name), faults)
        else:
            sources[name.lower()] = partial(evaluator.evaluate, value, (*path, name), NOWHERE)
    return sources


def _loops(
    evaluator: Evaluator, copies: list[Any], path: DocumentPath, faults: list[ArmFault]
) -> dict[str, Source]:
    sources: dict[str, Source] = {}
    for number, copy in enumerate(copies):
        name = copy.get("name") if isinstance(copy, dict) else None
        if isinstance(name, str):
            sources[name.lower()] = partial(_repeat, evaluator, copy, (*path, number))
        else:
            faults.append(ArmFault((*path, number), "a copy loop of variables needs a name"))
    return sources


def _repeat(evaluator: Evaluator, copy: dict[str, Any], path: DocumentPath) -> Any:
    return evaluator.standing_at(path, NOWHERE, lambda: repeat_input(evaluator, copy))
