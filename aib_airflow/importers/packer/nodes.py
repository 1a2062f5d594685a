"""The values of a Packer template before anybody works them out: one small tree for JSON and HCL2 alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number, boolean or null."""

    value: Any


@dataclass(frozen=True, slots=True)
class Text:
    """A text with values in it; no two literals stand side by side."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A name: `var.x`, `local.x`, `path.root`, or the iterator of a dynamic block."""

    space: str
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of HCL2, or an operator under the name of ARM's function (`equals`, `not`, `add`)."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`condition ? positive : negative`."""

    condition: Node
    positive: Node
    negative: Node


@dataclass(frozen=True, slots=True)
class Access:
    """An item of a list, or a field of an object."""

    whole: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """An object; its keys are texts."""

    fields: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Opaque:
    """What only a run of Packer knows. `name` suits a parameter that stands for it; `source` is as written."""

    name: str
    source: str
    reason: str


Node = Literal | Text | Reference | Call | Choice | Access | Items | Fields | Opaque


def make_text(parts: list[Node]) -> Node:
    """Join parts to one text: literals side by side become one, and a part that stands alone stays what it is."""
    joined: list[Node] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Literal) and isinstance(last, Literal):
            joined[-1] = Literal(f"{last.value}{part.value}")
        elif part != Literal(""):
            joined.append(part)
    if not joined:
        return Literal("")
    return joined[0] if len(joined) == 1 else Text(tuple(joined))


def as_node(value: Any) -> Node:
    """Return the tree of a value that is known."""
    if isinstance(value, list | tuple):
        return Items(tuple(as_node(item) for item in value))
    if isinstance(value, dict):
        return Fields(tuple((str(key), as_node(item)) for key, item in value.items()))
    return Literal(value)


def items_of(node: Node) -> tuple[Node, ...]:
    """Return a list's items; a lone value counts as a list of one, as in Packer."""
    return node.items if isinstance(node, Items) else (node,)


def children(node: Node) -> Iterator[Node]:
    """Yield the parts of a node."""
    match node:
        case Text(nodes) | Items(nodes) | Call(_, nodes):
            yield from nodes
        case Choice(condition, positive, negative):
            yield from (condition, positive, negative)
        case Access(whole, key):
            yield from (whole, key)
        case Fields(fields):
            yield from (value for _, value in fields)


def substitute(node: Node, space: str, values: Mapping[str, Node]) -> Node:
    """Put `values` in the place of references to `space`: what the iterator of a dynamic block stands for."""
    if isinstance(node, Reference):
        return values.get(node.name, node) if node.space == space else node
    return _with_children(node, [substitute(part, space, values) for part in children(node)])


def _with_children(node: Node, parts: list[Node]) -> Node:
    match node:
        case Text():
            return make_text(parts)
        case Items():
            return Items(tuple(parts))
        case Call(name, _):
            return Call(name, tuple(parts))
        case Fields(fields):
            return Fields(tuple(zip((key for key, _ in fields), parts, strict=True)))
        case Choice() | Access():
            return type(node)(*parts)
    return node
