"""The functions that a template declares for itself: `namespace.name(...)`, with parameters of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aib_airflow.arm_template.errors import ArmFault, DocumentPath, ExpressionError
from aib_airflow.arm_template.frame import Frame
from aib_airflow.arm_template.functions import kind_of

if TYPE_CHECKING:
    from aib_airflow.arm_template.evaluator import Evaluator


@dataclass(frozen=True, slots=True)
class UserFunction:
    """One declared function; `path` is where its result's text stands."""

    name: str
    parameters: tuple[str, ...]
    result: Any
    path: DocumentPath


def read_user_functions(section: Any, path: DocumentPath, faults: list[ArmFault]) -> dict[str, UserFunction]:
    """Read a template's `functions`, under their names in lower case; what cannot be read becomes a fault."""
    if section is None:
        return {}
    if not isinstance(section, list):
        faults.append(ArmFault(path, f"functions must be an array, not {kind_of(section)}"))
        return {}
    found: dict[str, UserFunction] = {}
    for index, space in enumerate(section):
        try:
            found |= {function.name.lower(): function for function in _read_space(space, (*path, index))}
        except ExpressionError as wrong:
            faults.append(ArmFault((*path, index), wrong.message))
    return found


def _read_space(space: Any, path: DocumentPath) -> Iterator[UserFunction]:
    namespace = space.get("namespace") if isinstance(space, dict) else None
    members = space.get("members") if isinstance(space, dict) else None
    if not isinstance(namespace, str) or not isinstance(members, dict):
        raise ExpressionError("functions are declared by a namespace (a text) and members (an object)")
    for name, body in members.items():
        output = body.get("output") if isinstance(body, dict) else None
        if not isinstance(output, dict) or "value" not in output:
            raise ExpressionError(f"the function '{namespace}.{name}' has no output with a value")
        place = (*path, "members", name, "output", "value")
        parameters = tuple(_parameter_names(body.get("parameters")))
        yield UserFunction(f"{namespace}.{name}", parameters, output["value"], place)


def _parameter_names(parameters: Any) -> Iterator[str]:
    for parameter in parameters if isinstance(parameters, list) else ():
        name = parameter.get("name") if isinstance(parameter, dict) else None
        if not isinstance(name, str):
            raise ExpressionError("a function's parameter needs a name")
        yield name.lower()


def call_user_function(evaluator: Evaluator, function: UserFunction, arguments: list[Any]) -> Any:
    """Evaluate a function's result, in which only its own parameters mean something. Raises ExpressionError."""
    if len(arguments) != len(function.parameters):
        raise ExpressionError(
            f"{function.name}() takes {len(function.parameters)} arguments, not {len(arguments)}"
        )
    frame = Frame(arguments=dict(zip(function.parameters, arguments, strict=True)))
    return evaluator.evaluate(function.result, function.path, frame)
