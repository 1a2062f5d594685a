"""Read YAML that is JSON in other clothes: no tags, no dates, no `yes`; bounded, and every key once."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath

MAX_NODES = 100_000
"""Values in one document, each alias counted as often as it is used."""
MAX_DEPTH = 100


class YamlTooLargeError(Exception):
    """The document has too many values or levels, most likely by aliases."""


class _JsonLoader(yaml.CSafeLoader):
    """YAML's JSON schema: `no`, `2026-01-01` and `22:30` are texts, as in every JSON file."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own shape


_SIGN_OR_DIGIT = [*"-+0123456789"]
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    ("null", r"~|null|Null|NULL|", [*"~nN", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", _SIGN_OR_DIGIT),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", _SIGN_OR_DIGIT),
):
    _JsonLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)


def load_yaml(text: str) -> Any:
    """Read one document. Raises yaml.YAMLError, or YamlTooLargeError."""
    loader = _JsonLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        for _ in _walk(node):
            pass
        return loader.construct_document(node)
    finally:
        loader.dispose()


def yaml_positions(text: str) -> dict[DocumentPath, tuple[int, int]]:
    """Return line and column of each key and each item of a document that `load_yaml` read."""
    loader = _JsonLoader(text)
    try:
        node = loader.get_single_node()
        return {path: (mark.line + 1, mark.column + 1) for path, mark in _walk(node)} if node else {}
    finally:
        loader.dispose()


def _walk(root: yaml.Node) -> Iterator[tuple[DocumentPath, yaml.Mark]]:
    """Yield every path with its mark; refuse what is no JSON on the way."""
    waiting: list[tuple[DocumentPath, yaml.Mark, yaml.Node]] = [((), root.start_mark, root)]
    seen = 0
    while waiting:
        path, mark, node = waiting.pop()
        seen += 1
        if seen > MAX_NODES or len(path) > MAX_DEPTH:
            raise YamlTooLargeError(f"more than {MAX_NODES} values or {MAX_DEPTH} levels")
        yield path, mark
        if isinstance(node, yaml.MappingNode):
            waiting += [((*path, key.value), key.start_mark, value) for key, value in _fields(node)]
        elif isinstance(node, yaml.SequenceNode):
            waiting += [((*path, index), item.start_mark, item) for index, item in enumerate(node.value)]


def _fields(node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    names: set[Hashable] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
            raise yaml.MarkedYAMLError(problem="a field's name must be a text", problem_mark=key.start_mark)
        if key.value in names:
            raise yaml.MarkedYAMLError(problem=f"'{key.value}' is given twice", problem_mark=key.start_mark)
        names.add(key.value)
        yield key, value
