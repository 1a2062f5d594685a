"""`aib import azure`: an image template of a subscription in, a file beside its scripts out."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from aib_airflow.cli import output
from aib_airflow.cli.errors import CommandError, UsageError

if TYPE_CHECKING:
    from aib_airflow.azure.credentials import Account
    from aib_airflow.importers.azure import ImportedTemplate

DEFAULT_CONNECTION = "aib_default"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `aib import azure`."""
    parser.description = (
        "Read an image template from a subscription, through an Airflow connection, and write it as a file that is a "
        "DAG as it is. Its scripts and files are downloaded into a folder beside it, and the template names them "
        "there; what cannot be had stays a URL and is listed. Nothing in Azure is changed."
    )
    parser.add_argument("resource_id", metavar="RESOURCE_ID", help="the ARM id of the image template")
    parser.add_argument(
        "--connection",
        default=DEFAULT_CONNECTION,
        metavar="NAME",
        help="the Airflow connection (%(default)s)",
    )
    parser.add_argument(
        "--output-file",
        type=Path,
        metavar="FILE",
        help="where to write it; by default its name with .json, here",
    )
    parser.add_argument(
        "--scripts",
        type=Path,
        metavar="DIR",
        help="where its scripts go, at or below the file's folder; by default NAME.scripts beside it",
    )
    output.add_output_option(parser)


def run(options: argparse.Namespace) -> int:
    """Write the file and its scripts; the notes go to stderr, or with --output json into the object on stdout."""
    from aib_airflow.importers.azure_ids import TemplateId

    identity = TemplateId.parse(options.resource_id)
    file = options.output_file or Path(f"{identity.name}.json")
    if file.suffix != ".json":
        raise UsageError(f"{file}: a template's file ends in .json; give such a name to --output-file")
    with _airflow_off_stdout():
        from aib_airflow.importers.azure import import_template

        imported = import_template(_account(options.connection), identity, file, options.scripts)
    if options.output == output.JSON:
        output.print_json(as_document(imported))
    else:
        _print(imported)
    return 0


def as_document(imported: ImportedTemplate) -> dict[str, Any]:
    """Return the result for a program."""
    return {
        "file": str(imported.file),
        "template": imported.document,
        "scripts": [str(path) for path in imported.scripts],
        "notes": list(imported.notes),
    }


def _print(imported: ImportedTemplate) -> None:
    """Print the files on stdout, one a line, and all that is to be said on stderr."""
    for path in (imported.file, *imported.scripts):
        print(path)
    console = output.stderr()
    for note in imported.notes:
        console.print(Text(f"note: {note}"), soft_wrap=True)
    console.print(
        Text(f"{imported.file} is written; check it with `aib validate {imported.file}`"), soft_wrap=True
    )


@contextlib.contextmanager
def _airflow_off_stdout() -> Iterator[None]:
    """Keep stdout for the result: Airflow's logging takes it when it is imported.

    Of all connections of our type it would warn that the type has underscores.
    """
    os.environ.setdefault("AIRFLOW__LOGGING__NAMESPACE_LEVELS", "airflow.models.connection=ERROR")
    with contextlib.redirect_stdout(sys.stderr):
        yield


def _account(name: str) -> Account:
    """Read a connection as Airflow's own commands do: from the environment, a backend or the database."""
    from airflow.models.connection import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    from aib_airflow.hooks.aib import read_account

    logging.getLogger("azure").setLevel(logging.ERROR)  # a failure is told once, in one line, at the end
    try:
        return read_account(Connection.get_connection_from_secrets(name))
    except AirflowNotFoundException:
        raise CommandError(
            f"there is no connection '{name}'; add it with `airflow connections add {name}`, or set "
            f"AIRFLOW_CONN_{name.upper()}"
        ) from None
