"""`aib import packer`: a template of Packer in, an Azure Image Builder template out, and what it could not say."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from aib_airflow.cli import output
from aib_airflow.cli.errors import UsageError

if TYPE_CHECKING:
    from aib_airflow.importers.packer.importing import Imported
    from aib_airflow.importers.packer.report import Note

_STYLES = {"left out": "bold yellow", "changed": "cyan", "not needed": "dim"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `aib import packer`."""
    parser.description = (
        "Turn an azure-arm template of Packer (JSON or HCL2) into an ARM template with an image template for each "
        "source. What cannot be carried over is listed with its line; nothing is lost silently. Nothing is run, "
        "the environment is not read, and no network is used."
    )
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="FILE", help="the files of one template, or the folder of them"
    )
    parser.add_argument(
        "-var",
        "--var",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="value of a variable, as Packer takes it; repeatable",
    )
    parser.add_argument(
        "-var-file",
        "--var-file",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="values of variables: .pkrvars.hcl or JSON; repeatable",
    )
    parser.add_argument("--source", default="", metavar="NAME", help="only this source of several")
    parser.add_argument(
        "--output-file", type=Path, metavar="FILE", help="write the template there, not to stdout"
    )
    output.add_output_option(parser)


def run(options: argparse.Namespace) -> int:
    """Print or write the template; the notes go to stderr, or with --output json into the one object on stdout."""
    from aib_airflow.importers.packer.importing import import_packer

    for path in (*options.paths, *options.var_file):
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or folder")
    target: Path | None = options.output_file
    imported = import_packer(
        options.paths,
        dict(_split(each) for each in options.var),
        options.var_file,
        options.source,
        target.parent if target else None,
    )
    if target:
        target.write_text(_text(imported.template), encoding="utf-8")
    if options.output == output.JSON:
        output.print_json(as_document(imported))
    else:
        if not target:
            print(_text(imported.template), end="")
        _print_notes(imported.notes, target)
    return 0


def as_document(imported: Imported) -> dict[str, Any]:
    """Return the result for a program."""
    return {
        "template": imported.template,
        "not_carried_over": [note.as_document() for note in imported.notes],
    }


def as_table(notes: Sequence[Note]) -> Table:
    """Return the notes for a person, as the files have them."""
    table = Table(box=None, pad_edge=False)
    several = len({note.place.file for note in notes}) > 1
    for heading in ("where" if several else "line", "what", "", "why", "what to do"):
        table.add_column(heading, overflow="fold")
    for note in notes:
        place = f"{note.place.file.name}:{note.place.line}" if several else str(note.place.line)
        kind = Text(note.kind, style=_STYLES[note.kind])
        table.add_row(Text(place), Text(note.place.path), kind, Text(note.message), Text(note.fix))
    return table


def _print_notes(notes: Sequence[Note], target: Path | None) -> None:
    console = output.stderr()
    if notes:
        if not console.is_terminal:
            console.width = output.PIPE_WIDTH
        console.print(as_table(notes))
    counts = ", ".join(f"{_count(notes, kind)} {kind}" for kind in _STYLES)
    where = (
        f"{target} is written; check it with `aib validate {target}`"
        if target
        else "the template is on stdout"
    )
    console.print(Text(f"{where}; of Packer's settings and steps: {counts}"), soft_wrap=True)


def _count(notes: Sequence[Note], kind: str) -> int:
    return sum(note.kind == kind for note in notes)


def _split(pair: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not name or not equals:
        raise UsageError(f"-var {pair}: expected NAME=VALUE")
    return name, value


def _text(template: dict[str, Any]) -> str:
    return json.dumps(template, indent=2, ensure_ascii=False) + "\n"
