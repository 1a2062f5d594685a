"""`aib validate`: check template files, and name every fault with its file, line, column and remedy."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from aib_airflow import plan, template
from aib_airflow.cli import output
from aib_airflow.cli.errors import FINDINGS, UsageError
from aib_airflow.cli.verdicts import Verdict, as_annotations, as_document, as_lines, as_summary
from aib_airflow.template import Fault, Mode, Reading, TemplateError

FEW = 20
"""Files that are checked before anybody wonders how far it is."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `aib validate`."""
    parser.description = (
        "Check image templates and pipeline files as the DAG factory does: every fault of a file at once, as "
        "file:line:column. Nothing is run and no network is used."
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a template, or a folder of them")
    parser.add_argument("--recursive", action="store_true", help="the folders below a folder as well")
    parser.add_argument(
        "--strict",
        action="store_true",
        help="accept only what the service does since API version 2024-02-01; by default older habits are warnings",
    )
    add_parameters_option(parser)
    output.add_output_option(parser, output.GITHUB)


def add_parameters_option(parser: argparse.ArgumentParser) -> None:
    """Offer `--parameters`, for verbs that read templates."""
    parser.add_argument(
        "--parameters",
        type=Path,
        metavar="FILE",
        help="values of the template's parameters: an ARM parameters file, or plain JSON or YAML",
    )


def run(options: argparse.Namespace) -> int:
    """Check all files; return 1 when there is an error in any."""
    files = list(
        dict.fromkeys(file for path in options.paths for file in find_files(path, options.recursive))
    )
    values = read_values(options.parameters)
    mode: Mode = "strict" if options.strict else "lenient"
    verdicts = []
    with _progress(files) as checked:
        for file in checked:
            verdicts.append(check(file, values, mode))
            _print(verdicts[-1], options.output)
    if options.output != output.JSON:
        output.stderr().print(as_summary(verdicts), soft_wrap=True)
    return 0 if all(verdict.ok for verdict in verdicts) else FINDINGS


def find_files(path: Path, recursive: bool = False) -> Sequence[Path]:  # noqa: FBT001, FBT002 - as on the command line
    """Return the one file, or a folder's templates. Raises UsageError when there is nothing."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UsageError(f"{path}: there is no such file or folder")
    found = [file for folder in _folders(path, recursive) for file in template.find_templates(folder)]
    if not found:
        raise UsageError(f"{path}: there is no template in this folder; one ends in .json, .yaml or .yml")
    return found


def read_values(path: Path | None) -> Mapping[str, Any]:
    """Return the values of a parameters file. Raises UsageError when it cannot be read as one."""
    if path is None:
        return {}
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file; --parameters wants a file of values")
    try:
        return template.values_in(template.SourceFile.read(path))
    except TemplateError as error:
        raise UsageError(str(error)) from None


def check(file: Path, values: Mapping[str, Any], mode: Mode = "lenient") -> Verdict:
    """Read one file and plan its builds; nothing is raised for what it says."""
    reading = template.read(file, parameters=values, mode=mode)
    return Verdict(file, reading, (*reading.faults, *_plan_faults(reading)))


def _plan_faults(reading: Reading) -> Iterator[Fault]:
    """Yield what keeps the templates from being DAGs, and what this version does not build."""
    for each in reading.templates:
        try:
            yield from plan.compile(each).unsupported
        except TemplateError as error:
            yield from error.faults


def _folders(path: Path, recursive: bool) -> Iterator[Path]:  # noqa: FBT001 - private
    yield path
    if recursive:
        below = (folder for folder in path.rglob("*") if folder.is_dir())
        yield from sorted(each for each in below if not _is_hidden(each.relative_to(path)))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _print(verdict: Verdict, form: str) -> None:
    if form == output.JSON:
        output.print_json_line(as_document(verdict))
    elif form == output.GITHUB:
        for line in as_annotations(verdict):
            print(line)
    else:
        console = output.stdout()
        for text in as_lines(verdict):
            console.print(text, soft_wrap=True)


@contextmanager
def _progress(files: Sequence[Path]) -> Iterator[Iterator[Path]]:
    """Give the files one after another; on a terminal a bar says how many are done, and is gone at the end."""
    console = output.stderr()
    progress = Progress(
        TextColumn("checking"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        redirect_stdout=output.stdout().is_terminal,  # a pipe gets its lines itself
        disable=len(files) <= FEW or not console.is_terminal,
    )
    with progress:
        yield iter(progress.track(files))
