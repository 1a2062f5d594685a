"""`aib`, the command line: one module a verb, imported only when that verb is asked for."""

from __future__ import annotations

import argparse
import importlib
import keyword
import os
import sys
from collections.abc import Sequence
from typing import Protocol, cast

from rich_argparse import RichHelpFormatter

from aib_airflow import __version__
from aib_airflow.cli.errors import INTERRUPTED, exit_code_of, explain

VERBS = {
    "demo": "build a real image on this machine: Airflow, the emulator and a virtual machine",
    "emulator": "serve an Azure on loopback, with real machines behind it",
    "validate": "check template files and name every fault",
    "plan": "show the stages and resources a template becomes",
    "import": "turn what other tools build images from into a template",
    "schema": "print the JSON Schema of templates and pipeline files, for editors",
    "setup": "install the Debian packages that the emulator's machines need",
}


class Verb(Protocol):
    """What the module of a verb offers."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the verb's arguments and its description."""

    def run(self, options: argparse.Namespace) -> int:
        """Do it; return 0 (fine) or 1 (findings, failed). Errors are raised, not printed."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the verb that `argv` names; return 0 fine, 1 findings or failed, 2 wrong use."""
    words = list(sys.argv[1:] if argv is None else argv)
    options = build_parser(words).parse_args(words)
    try:
        return _verb(options.verb).run(options)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _close_stdout()
    except Exception as error:
        explanation = explain(error)
        if explanation is None:
            raise
        sys.stderr.write(f"aib: error: {explanation}\n")
        return exit_code_of(error)


def build_parser(words: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Return the parser, with the arguments of the verb that `words` asks for filled in."""
    parser = argparse.ArgumentParser(
        prog="aib",
        description="Azure VM Image Builder's engine in the open, on Apache Airflow.",
        epilog="Exit codes: 0 fine, 1 findings or failed, 2 wrong use.",
        formatter_class=RichHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"aib {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    asked = next((word for word in words if not word.startswith("-")), None)
    for name, summary in VERBS.items():
        verb_parser = verbs.add_parser(name, help=summary, formatter_class=RichHelpFormatter)
        if name == asked:
            _verb(name).configure(verb_parser)
    return parser


def _verb(name: str) -> Verb:
    module = f"{name}_" if keyword.iskeyword(name) else name
    return cast("Verb", importlib.import_module(f"aib_airflow.cli.{module}"))


def _close_stdout() -> int:
    """Leave quietly when the reader of a pipe has gone; Python would complain while it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1
