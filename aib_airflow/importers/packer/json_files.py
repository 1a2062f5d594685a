"""JSON templates (and JSON variable files) as the neutral document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aib_airflow.importers.packer.document import Block, Build, Document, Place, Setting, Variable
from aib_airflow.importers.packer.go_templates import read_text
from aib_airflow.importers.packer.nodes import Fields, Items, Literal, Node, Reference, children
from aib_airflow.importers.packer.value_types import fitting
from aib_airflow.template import Fault, SourceFile

BLOCKS = {
    "shared_image_gallery", "shared_image_gallery_destination", "target_region", "plan_info", "spot", "azure_tag",
}  # fmt: skip
"""What HCL2 writes as a block, and JSON as an object or a list of them."""

_READ = {
    "variables",
    "sensitive-variables",
    "builders",
    "provisioners",
    "post-processors",
    "error-cleanup-provisioner",
}
_TEMPLATED = re.compile(r"\{\{.*?\}\}")
_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Reader:
    source: SourceFile

    def place(self, path: _Path) -> Place:
        fault: Fault = self.source.fault(path, "")
        return Place(fault.file, fault.line, fault.column, fault.path.removeprefix("."))

    def block(self, kind: str, body: Any, path: _Path) -> Block:
        if not isinstance(body, dict):
            raise self.place(path).error("expected an object", "write it as {...}")
        inner = [
            block for name in BLOCKS & body.keys() for block in self.blocks(name, body[name], (*path, name))
        ]
        settings = {
            name: Setting(name, read_json_value(value), self.place((*path, name)))
            for name, value in body.items()
            if name not in BLOCKS and name != "type"
        }
        return Block(kind, _labels(kind, body), settings, tuple(inner), self.place(path))

    def blocks(self, kind: str, body: Any, path: _Path) -> list[Block]:
        if isinstance(body, list):
            return [self.block(kind, each, (*path, index)) for index, each in enumerate(body)]
        return [self.block(kind, body, path)]

    def section(self, document: Mapping[str, Any], name: str, kind: str) -> list[Block]:
        body = document.get(name, [])
        if not isinstance(body, list):
            raise self.place((name,)).error("expected a list", "write it as [...]")
        return self.blocks(kind, body, (name,))


def read_json(source: SourceFile, document: Document) -> None:
    """Add what a JSON template says to the document. Raises TemplateError with line and column."""
    parsed = source.read_document(lenient=False).value
    reader = _Reader(source)
    if "source" in parsed and "builders" not in parsed:
        raise reader.place(("source",)).error("HCL2 in JSON's clothes is not read", "write it as .pkr.hcl")
    _add_variables(reader, parsed, document)
    for block in reader.section(parsed, "builders", "source"):
        document.add_source(block)
    provisioners = reader.section(parsed, "provisioners", "provisioner")
    others = _post_processors(reader, parsed)
    document.builds.append(Build((), tuple(provisioners), tuple(others), reader.place(())))
    for name in (name for name in parsed if name not in _READ and not name.startswith("_")):
        document.others.append(Block(name, (), {}, (), reader.place((name,))))


def read_json_values(source: SourceFile) -> dict[str, Node]:
    """Return the values of a JSON variable file. Raises TemplateError."""
    return {name: read_json_value(value) for name, value in source.read_document(lenient=False).value.items()}


def read_json_value(value: Any) -> Node:
    """Return the tree of a JSON value, with Packer's `{{...}}` in its texts."""
    if isinstance(value, str):
        return read_text(value)
    if isinstance(value, list):
        return Items(tuple(read_json_value(item) for item in value))
    if isinstance(value, dict):
        return Fields(tuple((key, read_json_value(item)) for key, item in value.items()))
    return Literal(value)


def _labels(kind: str, body: Mapping[str, Any]) -> tuple[str, ...]:
    named = _TEMPLATED.sub("", str(body.get("name") or "")).strip("-_. ") if kind == "source" else ""
    words = (str(body.get("type", "")), *([named] if named else []))
    return words if kind in ("source", "provisioner", "post-processor", "error-cleanup-provisioner") else ()


def _add_variables(reader: _Reader, parsed: Mapping[str, Any], document: Document) -> None:
    variables = parsed.get("variables", {})
    if not isinstance(variables, dict):
        raise reader.place(("variables",)).error("expected an object", "write it as {...}")
    listed = parsed.get("sensitive-variables")
    secret = listed if isinstance(listed, list) else []
    for name, value in variables.items():
        default = None if value is None else read_json_value(fitting(value, "string"))
        if default is not None and Reference("var", name) in (default, *children(default)):
            default = None  # `{{user `x`}}` as the default of x: a file or `-var` gives it
        document.variables[name] = Variable(
            name, default, "string", sensitive=name in secret, place=reader.place(("variables", name))
        )


def _post_processors(reader: _Reader, parsed: Mapping[str, Any]) -> list[Block]:
    """A post-processor is an object, its bare name, or a list of both."""
    found: list[Block] = []
    listed = parsed.get("post-processors", [])
    if not isinstance(listed, list):
        raise reader.place(("post-processors",)).error("expected a list", "write it as [...]")
    for index, each in enumerate(listed):
        several = each if isinstance(each, list) else [each]
        for one in several:
            body = {"type": one} if isinstance(one, str) else one
            found.append(reader.block("post-processor", body, ("post-processors", index)))
    if "error-cleanup-provisioner" in parsed:
        body = parsed["error-cleanup-provisioner"]
        found.append(reader.block("error-cleanup-provisioner", body, ("error-cleanup-provisioner",)))
    return found
