"""Read YAML that is JSON in other clothes: no tags, no dates, no `yes`; bounded, and every key once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from aib_airflow.template.documents.json_scalars import finite
from aib_airflow.template.documents.plain_json import MAX_DEPTH, MAX_VALUES
from aib_airflow.template.documents.yaml_errors import YamlBreakError, explain_yaml, place_of_mark

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath

_TAG = "tag:yaml.org,2002:"


class _JsonLoader(yaml.CSafeLoader):
    """YAML's JSON schema: `no`, `2026-01-01` and `22:30` are texts, as in every JSON file."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own shape


_SIGN_OR_DIGIT = [*"-+0123456789"]
for _kind, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    ("null", r"~|null|Null|NULL|", [*"~nN", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", _SIGN_OR_DIGIT),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", _SIGN_OR_DIGIT),
):
    _JsonLoader.add_implicit_resolver(_TAG + _kind, re.compile(f"^(?:{_pattern})$"), _first)

_SCALARS: dict[str, Callable[[str], Any]] = {
    _TAG + "str": str,
    _TAG + "bool": lambda word: {"true": True, "false": False}[word.lower()],
    _TAG + "null": lambda _: None,
    _TAG + "int": int,
    _TAG + "float": finite,
}


def load_yaml(text: str) -> Any:
    """Read one document, which nobody may change. Raises YamlBreakError."""
    return _read(text)[0]


def yaml_positions(text: str) -> dict[DocumentPath, tuple[int, int]]:
    """Return line and column of each key and each item of a document that `load_yaml` read."""
    return _read(text)[1]


@lru_cache(maxsize=2)  # the same text is asked for its value first, and then for places in it
def _read(text: str) -> tuple[Any, dict[DocumentPath, tuple[int, int]]]:
    loader = _JsonLoader(text)
    try:
        _check_depth(text)
        root = loader.get_single_node()
    except yaml.YAMLError as failure:
        raise explain_yaml(text, failure) from None
    finally:
        loader.dispose()
    builder = _Builder()
    return builder.build(root, ()) if root else None, builder.places


def _check_depth(text: str) -> None:
    """Look at a text's shape before libyaml makes nodes of it, which it does by recursion that nobody bounds."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_JsonLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH or count > 2 * MAX_VALUES:
            place = place_of_mark(event.start_mark)
            raise YamlBreakError(place, f"there are more than {MAX_DEPTH} levels or {MAX_VALUES} values")


def _place(node: yaml.Node) -> tuple[int, int]:
    return place_of_mark(node.start_mark)


class _Builder:
    """Values of nodes; an alias counts as often as it is used, so that a small file cannot become a large one."""

    def __init__(self) -> None:
        self.places: dict[DocumentPath, tuple[int, int]] = {}
        self._count = 0

    def build(self, node: yaml.Node, path: DocumentPath) -> Any:
        """Return a node's value. Raises YamlBreakError."""
        self.places.setdefault(path, _place(node))
        if len(path) > MAX_DEPTH:
            raise YamlBreakError(
                _place(node), f"there are more than {MAX_DEPTH} levels", "aliases may be circular"
            )
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return {
                name: self._build_field(key, value, path)
                for name, key, value in self._fields(node, len(path))
            }
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self._build_item(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _build_field(self, key: yaml.Node, value: yaml.Node, path: DocumentPath) -> Any:
        inner = (*path, key.value)
        self.places[inner] = _place(key)
        return self.build(value, inner)

    def _build_item(self, item: yaml.Node, path: DocumentPath) -> Any:
        self._step(item)
        return self.build(item, path)

    def _step(self, node: yaml.Node) -> None:
        self._count += 1
        if self._count > MAX_VALUES:
            fix = "each alias counts as often as it is used"
            raise YamlBreakError(_place(node), f"there are more than {MAX_VALUES} values", fix)

    def _fields(self, node: yaml.Node, depth: int) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        """Yield name, key and value of each field: a mapping's own, then those that it merges in with `<<`."""
        if depth > MAX_DEPTH:
            raise YamlBreakError(
                _place(node), f"there are more than {MAX_DEPTH} levels", "aliases may be circular"
            )
        lines: dict[str, int] = {}
        merged: list[yaml.Node] = []
        for key, value in node.value:
            self._step(key)
            if key.value == "<<" and not key.style:
                merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
                continue
            name = _name(key)
            line = key.start_mark.line + 1
            if name in lines:
                message = f"'{name}' is given twice, on lines {lines[name]} and {line}"
                raise YamlBreakError(_place(key), message, "keep one of them")
            lines[name] = line
            yield name, key, value
        for other in merged:
            if not isinstance(other, yaml.MappingNode):
                raise YamlBreakError(_place(other), "'<<' merges what has no fields", "write <<: *name")
            for name, key, value in self._fields(other, depth + 1):
                if name not in lines:
                    lines[name] = 0
                    yield name, key, value

    def _scalar(self, node: yaml.Node) -> Any:
        read = _SCALARS.get(node.tag) if isinstance(node, yaml.ScalarNode) else None
        if read is None:
            tag = node.tag.replace(_TAG, "!!")
            raise YamlBreakError(_place(node), f"the tag {tag} has no meaning here", "remove it")
        try:
            return read(node.value)
        except (ValueError, KeyError):
            raise YamlBreakError(
                _place(node), f"'{node.value[:30]}' cannot be read as a number or boolean"
            ) from None


def _name(key: yaml.Node) -> str:
    if isinstance(key, yaml.ScalarNode) and key.tag == _TAG + "str":
        return str(key.value)
    if isinstance(key, yaml.MappingNode):
        raise YamlBreakError(
            _place(key), "'{' begins an object here", 'put an expression in quotes: "{{ name }}"'
        )
    raise YamlBreakError(_place(key), "a field's name must be a text", "put it in quotes")
