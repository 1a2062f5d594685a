"""`aib validate`: check template files, and name every fault with its file, line and remedy."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from aib_airflow import plan, template
from aib_airflow.cli import output
from aib_airflow.cli.errors import FINDINGS, UsageError
from aib_airflow.template import Fault, TemplateError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `aib validate`."""
    parser.description = "Check image templates and pipeline files as the DAG factory does. Nothing is run and no network is used."
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a template, or a folder of them")
    output.add_output_option(parser)


def run(options: argparse.Namespace) -> int:
    """Check all files; return 1 when there is a fault in any."""
    files = [file for path in options.paths for file in find_files(path)]
    faults = [fault for file in files for fault in check(file)]
    if options.output == output.JSON:
        output.print_json({"files": [str(file) for file in files], "faults": list(map(as_document, faults))})
    else:
        _print_faults(files, faults)
    return FINDINGS if faults else 0


def find_files(path: Path) -> Sequence[Path]:
    """Return the one file, or a folder's templates. Raises UsageError when there is nothing."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UsageError(f"{path}: there is no such file or folder")
    found = template.find_templates(path)
    if not found:
        raise UsageError(f"{path}: there is no template in this folder; one ends in .json, .yaml or .yml")
    return found


def check(file: Path) -> Iterator[Fault]:
    """Yield the faults of one file: what is wrong, or what this version does not build."""
    try:
        plan.compile(template.load(file))
    except TemplateError as error:
        yield from error.faults


def as_document(fault: Fault) -> dict[str, Any]:
    """Return a fault as JSON has it."""
    return {
        "file": str(fault.file),
        "line": fault.line,
        "column": fault.column,
        "path": fault.path,
        "message": fault.message,
        "fix": fault.fix,
    }


def _print_faults(files: Sequence[Path], faults: Sequence[Fault]) -> None:
    for fault in faults:
        print(fault)
    wrong = len({fault.file for fault in faults})
    sys.stderr.write(f"{len(files)} checked, {wrong} with faults\n")
