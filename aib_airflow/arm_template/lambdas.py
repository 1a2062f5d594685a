"""Functions that take a function: map, filter, reduce, sort, toObject, mapValues, groupBy, with lambda(...)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from aib_airflow.arm_template.budget import ROUND
from aib_airflow.arm_template.errors import ExpressionError
from aib_airflow.arm_template.functions import need_array, need_bool, need_object, need_text
from aib_airflow.arm_template.syntax import Call, Node

if TYPE_CHECKING:
    from aib_airflow.arm_template.evaluator import Evaluator
    from aib_airflow.arm_template.frame import Frame


@dataclass(frozen=True, slots=True)
class Lambda:
    """A function without a name: `lambda('item', 'index', body)`, and the names around it."""

    evaluator: Evaluator
    names: tuple[str, ...]
    body: Node
    around: Frame

    def __call__(self, *values: Any) -> Any:
        self.evaluator.budget.spend(ROUND)
        with self.evaluator.within(self.around.in_lambda(self.names, values)):
            return self.evaluator.node(self.body)


def map_items(evaluator: Evaluator, node: Call) -> Any:
    """`map(array, lambda('item', ['index'], result))`."""
    items, function = _array_and_lambda(evaluator, node, at_most_names=2)
    return [function(item, index) for index, item in enumerate(items)]


def filter_items(evaluator: Evaluator, node: Call) -> Any:
    """`filter(array, lambda('item', ['index'], keep))`."""
    items, function = _array_and_lambda(evaluator, node, at_most_names=2)
    return [item for index, item in enumerate(items) if need_bool("filter", function(item, index))]


def reduce_items(evaluator: Evaluator, node: Call) -> Any:
    """`reduce(array, start, lambda('result', 'item', ['index'], result))`."""
    _count(node, 3, 3)
    items = need_array("reduce", evaluator.node(node.arguments[0]))
    result = evaluator.node(node.arguments[1])
    function = _lambda(evaluator, node, 2, at_most_names=3)
    for index, item in enumerate(items):
        result = function(result, item, index)
    return result


def sort_items(evaluator: Evaluator, node: Call) -> Any:
    """`sort(array, lambda('one', 'other', one comes first))`."""
    items, comes_first = _array_and_lambda(evaluator, node, at_most_names=2)

    def compare(one: Any, other: Any) -> int:
        if need_bool("sort", comes_first(one, other)):
            return -1
        return 1 if need_bool("sort", comes_first(other, one)) else 0

    return sorted(items, key=cmp_to_key(compare))


def to_object(evaluator: Evaluator, node: Call) -> Any:
    """`toObject(array, lambda('item', ['index'], key), [lambda('item', ['index'], value)])`."""
    _count(node, 2, 3)
    items = need_array("toObject", evaluator.node(node.arguments[0]))
    key_of = _lambda(evaluator, node, 1, at_most_names=2)
    value_of: Callable[..., Any] = lambda item, index: item  # noqa: ARG005, E731 - the same form as a Lambda
    if len(node.arguments) == 3:
        value_of = _lambda(evaluator, node, 2, at_most_names=2)
    return {
        need_text("toObject", key_of(item, index)): value_of(item, index) for index, item in enumerate(items)
    }


def map_values(evaluator: Evaluator, node: Call) -> Any:
    """`mapValues(object, lambda('value', result))`."""
    _count(node, 2, 2)
    mapping = need_object("mapValues", evaluator.node(node.arguments[0]))
    function = _lambda(evaluator, node, 1, at_most_names=1)
    return {key: function(value) for key, value in mapping.items()}


def group_by(evaluator: Evaluator, node: Call) -> Any:
    """`groupBy(array, lambda('item', ['index'], key))`."""
    items, function = _array_and_lambda(evaluator, node, at_most_names=2)
    groups: dict[str, list[Any]] = {}
    for index, item in enumerate(items):
        groups.setdefault(need_text("groupBy", function(item, index)), []).append(item)
    return groups


def lambda_variable(evaluator: Evaluator, node: Call) -> Any:
    """Read a variable of a lambda around this text."""
    _count(node, 1, 1)
    name = need_text("lambdaVariables", evaluator.node(node.arguments[0])).lower()
    if name not in evaluator.frame.variables:
        raise ExpressionError(f"no lambda around this has a variable '{name}'")
    return evaluator.frame.variables[name]


def misplaced_lambda(evaluator: Evaluator, node: Call) -> Any:
    """Refuse a lambda that no function takes."""
    del evaluator, node
    raise ExpressionError("lambda() stands only as an argument of map, filter, reduce, sort and their like")


def _array_and_lambda(evaluator: Evaluator, node: Call, at_most_names: int) -> tuple[list[Any], Lambda]:
    _count(node, 2, 2)
    items = need_array(node.spelling, evaluator.node(node.arguments[0]))
    return items, _lambda(evaluator, node, 1, at_most_names)


def _lambda(evaluator: Evaluator, node: Call, number: int, at_most_names: int) -> Lambda:
    written = node.arguments[number]
    if not isinstance(written, Call) or written.name != "lambda":
        raise ExpressionError(f"{node.spelling}() needs a lambda(...) as its argument {number + 1}")
    *names, body = written.arguments or (written,)
    texts = tuple(need_text("lambda", evaluator.node(name)) for name in names)
    if not 1 <= len(texts) <= at_most_names:
        raise ExpressionError(f"the lambda of {node.spelling}() takes 1 to {at_most_names} names")
    return Lambda(evaluator, texts, body, evaluator.frame)


def _count(node: Call, at_least: int, at_most: int) -> None:
    if not at_least <= len(node.arguments) <= at_most:
        wanted = str(at_least) if at_least == at_most else f"{at_least} to {at_most}"
        raise ExpressionError(f"{node.spelling}() takes {wanted} arguments, not {len(node.arguments)}")


def _weighed(form: Callable[[Evaluator, Call], Any]) -> Callable[[Evaluator, Call], Any]:
    """Pay for what a form makes: its items may be shared, and large."""

    def call(evaluator: Evaluator, node: Call) -> Any:
        result = form(evaluator, node)
        evaluator.budget.weigh(result)
        return result

    return call


LAMBDA_FORMS: dict[str, Callable[[Evaluator, Call], Any]] = {
    "map": _weighed(map_items),
    "filter": _weighed(filter_items),
    "reduce": _weighed(reduce_items),
    "sort": _weighed(sort_items),
    "toobject": _weighed(to_object),
    "mapvalues": _weighed(map_values),
    "groupby": _weighed(group_by),
    "lambdavariables": lambda_variable,
    "lambda": misplaced_lambda,
}
"""Under their lower-case names."""
