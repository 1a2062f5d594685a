"""Functions of the language that are more than functions: they see names or loops, or skip arguments."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING, Any

from aib_airflow.arm_template.errors import ExpressionError, LimitError
from aib_airflow.arm_template.functions import (
    format_date,
    need_bool,
    need_text,
    need_whole_number,
)
from aib_airflow.arm_template.lambdas import LAMBDA_FORMS
from aib_airflow.arm_template.references import reference
from aib_airflow.arm_template.syntax import Call, Node
from aib_airflow.arm_template.unknown import Need, Undetermined, Unknown, needs_of

if TYPE_CHECKING:
    from aib_airflow.arm_template.evaluator import Evaluator

Form = Callable[["Evaluator", Call], Any]

_GUIDS = uuid.UUID("2d3c8d5e-8c3f-5f0e-9d0a-6f1f5c9b7a44")
_UTC_NOW = "yyyyMMddTHHmmssZ"


def choose(evaluator: Evaluator, node: Call) -> Any:
    """Evaluate `if`: only the branch that is taken, or what both wait for while nobody knows which."""
    condition, positive, negative = _exactly(3, node)
    known = evaluator.node(condition)
    if isinstance(known, Unknown):
        return Unknown("", known.needs | _needs_of_branches(evaluator, positive, negative))
    return evaluator.node(positive if need_bool("if", known) else negative)


def _needs_of_branches(evaluator: Evaluator, *branches: Node) -> frozenset[Need]:
    needs: frozenset[Need] = frozenset()
    for branch in branches:
        try:
            needs |= needs_of(evaluator.node(branch))
        except LimitError:
            raise
        except ExpressionError:  # no fault as long as nobody knows that Azure would evaluate it
            continue
    return needs


def decide(evaluator: Evaluator, node: Call) -> bool:
    """Evaluate `and` and `or`: up to the argument that decides, which may stand behind one nobody knows."""
    if not node.arguments:
        raise ExpressionError(f"{node.name}() takes at least 1 argument, not 0")
    decides = node.name == "or"
    unknown: list[Any] = []
    for argument in node.arguments:
        value = evaluator.node(argument)
        if isinstance(value, Unknown):
            unknown.append(value)
        elif need_bool(node.name, value) == decides:
            return decides
    if unknown:
        raise Undetermined(needs_of(*unknown))
    return not decides


def coalesce(evaluator: Evaluator, node: Call) -> Any:
    """Return the first argument that is not null."""
    if not node.arguments:
        raise ExpressionError("coalesce() takes at least 1 argument, not 0")
    values = (evaluator.node(argument) for argument in node.arguments)
    return next((value for value in values if value is not None), None)


def named_value(evaluator: Evaluator, node: Call) -> Any:
    """Read a parameter or a variable; in a user function, its own parameters and nothing else."""
    name = need_text(node.name, evaluator.node(_exactly(1, node)[0]))
    arguments = evaluator.frame.arguments
    if arguments is None:
        return evaluator.sections[node.name].value(name)
    if node.name == "variables":
        raise ExpressionError("a user function cannot read variables", "give it the value as a parameter")
    if name.lower() not in arguments:
        raise ExpressionError(f"the user function has no parameter '{name}'")
    return arguments[name.lower()]


def copy_index(evaluator: Evaluator, node: Call) -> Any:
    """Return the index of a loop around this text, and an offset to it: `copyIndex([name], [offset])`."""
    arguments = [evaluator.node(argument) for argument in node.arguments]
    if len(arguments) > 2:
        raise ExpressionError(f"copyIndex() takes 0 to 2 arguments, not {len(arguments)}")
    name = need_text("copyIndex", arguments.pop(0)) if arguments and not _is_number(arguments[0]) else None
    offset = need_whole_number("copyIndex", arguments[0]) if arguments else 0
    index = evaluator.frame.index_of(name)
    return index if isinstance(index, Unknown) else index + offset


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def utc_now(evaluator: Evaluator, node: Call) -> Any:
    """Return when the run started, as `utcNow([format])` writes it."""
    if len(node.arguments) > 1:
        raise ExpressionError(f"utcNow() takes 0 to 1 arguments, not {len(node.arguments)}")
    pattern = [need_text("utcNow", evaluator.node(argument)) for argument in node.arguments]
    started = evaluator.place.started
    if started is None:
        raise Undetermined(frozenset((Need("run", "utcNow()"),)))
    return format_date("utcNow", started.astimezone(UTC), pattern[0] if pattern else _UTC_NOW)


def new_guid(evaluator: Evaluator, node: Call) -> Any:
    """Return a GUID of this run and this place of the template: the same whenever the run asks again."""
    _exactly(0, node)
    if not evaluator.place.seed:
        raise Undetermined(frozenset((Need("run", "newGuid()"),)))
    return str(uuid.uuid5(_GUIDS, f"{evaluator.place.seed} {evaluator.path} {node.start}"))


def _exactly(count: int, node: Call) -> tuple[Node, ...]:
    if len(node.arguments) != count:
        plural = "" if count == 1 else "s"
        raise ExpressionError(f"{node.spelling}() takes {count} argument{plural}, not {len(node.arguments)}")
    return node.arguments


SPECIAL_FORMS: dict[str, Form] = {
    "if": choose,
    "and": decide,
    "or": decide,
    "coalesce": coalesce,
    "parameters": named_value,
    "variables": named_value,
    "copyindex": copy_index,
    "utcnow": utc_now,
    "newguid": new_guid,
    "reference": reference,
    **LAMBDA_FORMS,
}
"""Under their lower-case names. Each may raise ExpressionError, and Undetermined."""
