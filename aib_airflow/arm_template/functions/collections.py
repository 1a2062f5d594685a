"""ARM's functions on arrays and objects; most only arrange values, known or not."""

from __future__ import annotations

from typing import Any

from aib_airflow.arm_template.errors import ExpressionError
from aib_airflow.arm_template.functions.arguments import (
    find_key,
    identity,
    need_array,
    need_object,
    need_text,
    need_whole_number,
    wrong_kind,
)
from aib_airflow.arm_template.functions.registry import arm_function
from aib_airflow.arm_template.unknown import Undetermined, Unknown, is_known, needs_of

MAX_ITEMS = 10_000
"""Items that `range` makes: Azure's own limit."""
MAX_MERGE_DEPTH = 64
"""Levels of objects inside objects that `union` merges."""


@arm_function("array", 1, 1)
def array(value: Any) -> list[Any]:
    """Put `value` into an array unless it is one."""
    return value if isinstance(value, list) else [value]


@arm_function("createArray", 0)
def create_array(*values: Any) -> list[Any]:
    """Make an array of the arguments."""
    return list(values)


@arm_function("createObject", 0)
def create_object(*values: Any) -> dict[str, Any]:
    """Make an object of key, value, key, value."""
    if len(values) % 2:
        raise ExpressionError("createObject() needs a value for every key")
    keys = [need_text("createObject", key) for key in values[::2]]
    return dict(zip(keys, values[1::2], strict=True))


@arm_function("contains", 2, 2)
def contains(container: Any, item: Any) -> bool:
    """Look for a part of a text, an item of an array, or a key of an object (its case does not count)."""
    if isinstance(container, str):
        return need_text("contains", item) in container
    if isinstance(container, list):
        return _has_item(container, item)
    if isinstance(container, dict):
        return find_key(container, need_text("contains", item)) is not None
    raise wrong_kind("contains", "a text, an array or an object", container)


def _has_item(items: list[Any], wanted: Any) -> bool:
    looked_for = identity(wanted)
    if looked_for in {identity(item) for item in items if is_known(item)}:
        return True
    if not is_known(items):  # what nobody knows may be it
        raise Undetermined(needs_of(items))
    return False


@arm_function("first", 1, 1)
def first(value: Any) -> Any:
    """Return the first item or character; null of an empty array, as Azure has it."""
    items = _sequence("first", value)
    return items[0] if items else _nothing(value)


@arm_function("last", 1, 1)
def last(value: Any) -> Any:
    """Return the last item or character; null of an empty array, as Azure has it."""
    items = _sequence("last", value)
    return items[-1] if items else _nothing(value)


@arm_function("take", 2, 2)
def take(value: Any, count: Any) -> Any:
    """Return the first `count` items or characters."""
    return _sequence("take", value)[: max(need_whole_number("take", count), 0)]


@arm_function("skip", 2, 2)
def skip(value: Any, count: Any) -> Any:
    """Return what follows the first `count` items or characters."""
    return _sequence("skip", value)[max(need_whole_number("skip", count), 0) :]


@arm_function("range", 2, 2)
def count_up(start: Any, count: Any) -> list[int]:
    """Return `count` numbers from `start`."""
    begin, many = need_whole_number("range", start), need_whole_number("range", count)
    if not 0 <= many <= MAX_ITEMS:
        raise ExpressionError(f"range() makes at most {MAX_ITEMS} numbers")
    return list(range(begin, begin + many))


@arm_function("union", 1)
def union(*values: Any) -> Any:
    """Merge objects, the later ones winning at every depth, or join arrays without what repeats."""
    if isinstance(values[0], list):
        distinct: dict[str, Any] = {}
        for value in values:
            for item in need_array("union", value):
                distinct.setdefault(_distinction(item), item)
        return list(distinct.values())
    result: dict[str, Any] = {}
    for value in values:
        result = _merge(result, need_object("union", value), depth=0)
    return result


def _distinction(item: Any) -> str:
    """Return what tells items apart; one that nobody knows is told apart by how it is written."""
    return identity(item) if is_known(item) else repr(item)


def _merge(old: dict[str, Any], new: dict[str, Any], depth: int) -> dict[str, Any]:
    if depth > MAX_MERGE_DEPTH:
        raise ExpressionError(f"union() merges at most {MAX_MERGE_DEPTH} levels")
    result = dict(old)
    spelling = {key.lower(): key for key in old}
    for key, value in new.items():
        name = spelling.setdefault(key.lower(), key)
        before = result.get(name)
        both = isinstance(before, dict) and isinstance(value, dict)
        result[name] = _merge(before, value, depth + 1) if both else value  # type: ignore[arg-type]  # `both` says so
    return result


@arm_function("shallowMerge", 1, 1)
def shallow_merge(objects: Any) -> dict[str, Any]:
    """Merge an array of objects at their first level only."""
    result: dict[str, Any] = {}
    for value in need_array("shallowMerge", objects):
        result |= need_object("shallowMerge", value)
    return result


@arm_function("intersection", 2)
def intersection(start: Any, *others: Any) -> Any:
    """Keep what is in all arrays, or what is equal in all objects."""
    if all(isinstance(value, list) for value in (start, *others)):
        known_items = [{identity(item) for item in other} for other in others]
        return [item for item in start if all(identity(item) in known for known in known_items)]
    common = need_object("intersection", start)
    for other in others:
        known = need_object("intersection", other)
        common = {
            key: value
            for key, value in common.items()
            if key in known and identity(known[key]) == identity(value)
        }
    return common


@arm_function("items", 1, 1)
def items(value: Any) -> list[dict[str, Any]]:
    """Return an object as an array of {key, value}, ordered by key."""
    mapping = need_object("items", value)
    return [{"key": key, "value": mapping[key]} for key in sorted(mapping)]


@arm_function("objectKeys", 1, 1)
def object_keys(value: Any) -> list[str]:
    """Return an object's keys in order."""
    return sorted(need_object("objectKeys", value))


@arm_function("flatten", 1, 1)
def flatten(arrays: Any) -> list[Any]:
    """Join an array of arrays."""
    return [item for inner in need_array("flatten", arrays) for item in need_array("flatten", inner)]


@arm_function("tryGet", 2)
def try_get(value: Any, *keys: Any) -> Any:
    """Follow keys and indices; null as soon as one is not there."""
    for key in keys:
        if isinstance(value, Unknown) or isinstance(key, Unknown):
            raise Undetermined(needs_of(value, key))
        if isinstance(value, dict) and isinstance(key, str):
            name = find_key(value, key)
            value = None if name is None else value[name]
        elif isinstance(value, list) and isinstance(key, int):
            value = value[key] if 0 <= key < len(value) else None
        else:
            return None
    return value


@arm_function("indexFromEnd", 2, 2)
def index_from_end(items: Any, number: Any) -> Any:
    """Return an item counted from the end, which is 1."""
    whole = need_array("indexFromEnd", items)
    return _item("indexFromEnd", whole, len(whole) - need_whole_number("indexFromEnd", number))


@arm_function("tryIndexFromEnd", 2, 2)
def try_index_from_end(items: Any, number: Any) -> Any:
    """Return an item counted from the end, which is 1; null if it is not there."""
    whole = need_array("tryIndexFromEnd", items)
    index = len(whole) - need_whole_number("tryIndexFromEnd", number)
    return whole[index] if 0 <= index < len(whole) else None


def _sequence(function: str, value: Any) -> Any:
    if not isinstance(value, str | list):
        raise wrong_kind(function, "an array or a text", value)
    return value


def _item(function: str, value: list[Any], index: int) -> Any:
    if not 0 <= index < len(value):
        raise ExpressionError(f"{function}(): the array has {len(value)} items, there is no [{index}]")
    return value[index]


def _nothing(value: Any) -> str | None:
    return "" if isinstance(value, str) else None
