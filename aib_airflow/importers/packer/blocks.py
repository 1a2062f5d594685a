"""Blocks as they are after HCL2's `dynamic` is unrolled and a build's own settings are put over a source's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from aib_airflow.importers.packer.document import Block, Setting
from aib_airflow.importers.packer.machine import is_map_of_tags
from aib_airflow.importers.packer.nodes import Fields, Node, as_node, substitute
from aib_airflow.importers.packer.report import Report
from aib_airflow.importers.packer.scope import Scope

_KEPT_IF_UNKNOWN = {"shared_image_gallery_destination"}
"""An image without a destination is none; of the others, less is safer than more."""


def unroll(block: Block, scope: Scope, report: Report) -> Block:
    """Replace the dynamic blocks in a block by what they make with the values that are known."""
    inner = [made for each in block.blocks for made in _made(each, scope, report)]
    return replace(block, blocks=tuple(inner))


def override(block: Block, settings: Mapping[str, Setting], blocks: Iterable[Block] = ()) -> Block:
    """Put settings and blocks over those of a block."""
    over = tuple(blocks)
    kinds = {each.kind for each in over}
    kept = tuple(each for each in block.blocks if each.kind not in kinds)
    return replace(block, settings={**block.settings, **settings}, blocks=(*kept, *over))


def overrides_for(setting: Setting, names: Iterable[str]) -> dict[str, Setting]:
    """Return what a provisioner's `override` says for the first of a source's names that it has."""
    fields = dict(setting.value.fields) if isinstance(setting.value, Fields) else {}
    chosen = next((fields[name] for name in names if name in fields), None)
    inner = chosen.fields if isinstance(chosen, Fields) else ()
    return {name: Setting(name, value, setting.place) for name, value in inner}


def _made(block: Block, scope: Scope, report: Report) -> Iterator[Block]:
    if block.for_each is None or is_map_of_tags(block):
        yield block
        return
    values = scope.value(block.for_each, unknown=...)
    if values is ... and block.kind in _KEPT_IF_UNKNOWN:
        report.changed(block.place, f"whether there is a {block.kind} depends on unknown values; it is kept")
        yield replace(block, for_each=None)
    elif values is ...:
        report.left_out(
            block.place,
            f"whether there is a block {block.kind} depends on values that are not known",
            "import all files of the template together, or give the values with -var",
        )
    for key, value in _pairs(values):
        yield _bind(block, as_node(key), as_node(value))


def _pairs(values: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(values, dict):
        yield from values.items()
    elif isinstance(values, list):
        yield from enumerate(values)


def _bind(block: Block, key: Node, value: Node) -> Block:
    known = {"key": key, "value": value}
    settings = {
        name: replace(setting, value=substitute(setting.value, block.iterator, known))
        for name, setting in block.settings.items()
    }
    return replace(block, settings=settings, for_each=None)
