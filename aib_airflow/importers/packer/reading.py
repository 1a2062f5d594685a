"""Read the files of a Packer template: one file, several, or a folder of HCL2 files, with values for variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from aib_airflow.importers.packer.document import Document, Place, Variable
from aib_airflow.importers.packer.json_files import read_json, read_json_values
from aib_airflow.importers.packer.nodes import Literal, Node
from aib_airflow.template import SourceFile

_HCL = ".hcl"


def read_document(
    paths: Sequence[Path],
    values: Mapping[str, str],
    value_files: Sequence[Path],
    result_folder: Path | None = None,
) -> Document:
    """Read files (or the HCL2 files of a folder) as one template.

    `values` are given by `-var`, `value_files` by `-var-file`; the first win. The result will be in
    `result_folder`, or else beside the template. Raises TemplateError.
    """
    files = [file for path in paths for file in _files(path)]
    document = Document(files[0].parent, result_folder or files[0].parent)
    for file in files:
        _read_into(document, SourceFile.read(file))
    given: dict[str, Node] = {}
    for file in (*_automatic_values(paths), *value_files):
        given |= _read_values(SourceFile.read(file))
    _set_values(document, given | {name: Literal(value) for name, value in values.items()})
    return document


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted((*path.glob("*.pkr.hcl"), *path.glob("*.pkr.json")))
    if not found:
        raise Place(path, 1, 1, "").error(
            "this folder has no Packer template", "one ends in .pkr.hcl; name a JSON template itself"
        )
    return found


def _automatic_values(paths: Iterable[Path]) -> list[Path]:
    folders = (path for path in paths if path.is_dir())
    return [file for folder in folders for file in sorted(folder.glob("*.auto.pkrvars.hcl"))]


def _read_into(document: Document, source: SourceFile) -> None:
    if source.path.suffix == _HCL:
        from aib_airflow.importers.packer.hcl_files import read_hcl

        read_hcl(source, document)
    else:
        read_json(source, document)


def _read_values(source: SourceFile) -> dict[str, Node]:
    if source.path.suffix == _HCL:
        from aib_airflow.importers.packer.hcl_files import read_hcl_values

        return read_hcl_values(source)
    return read_json_values(source)


def _set_values(document: Document, given: Mapping[str, Node]) -> None:
    """Make what was given the defaults of variables; one that no file declares is declared by it."""
    for name, value in given.items():
        variable = document.variables.get(name, Variable(name))
        document.variables[name] = replace(variable, default=_typed(value, variable.type))


def _typed(value: Node, kind: str) -> Node:
    """Read the text of `-var` as the variable's type."""
    if not isinstance(value, Literal) or not isinstance(value.value, str):
        return value
    text = value.value
    if kind == "bool" and text in ("true", "false"):
        return Literal(text == "true")
    if kind == "number" and text.lstrip("-").isdigit():
        return Literal(int(text))
    if kind in ("list", "set", "tuple", "map", "object"):
        from aib_airflow.importers.packer.hcl_values import read_expression

        return read_expression(text)
    return value
