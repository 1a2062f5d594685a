"""Where output goes: results to stdout, everything said on the way to stderr."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

TABLE = "table"
JSON = "json"
GITHUB = "github"
PIPE_WIDTH = 240


def add_output_option(parser: argparse.ArgumentParser, *others: str) -> None:
    """Offer `--output`, which every verb with a result has; `others` are further choices."""
    parser.add_argument(
        "--output",
        choices=(TABLE, JSON, *others),
        default=TABLE,
        help="for a person (default) or for a program" + (f"; {', '.join(others)}" if others else ""),
    )


def stdout() -> Console:
    """Return the console of results; behind a pipe it is wide, so that ids are not folded."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    return console


def stderr() -> Console:
    """Return the console of progress, notes and errors."""
    return Console(stderr=True, highlight=False)


def print_json(document: Mapping[str, Any] | Sequence[Any]) -> None:
    """Print exactly one JSON document on stdout."""
    print(json.dumps(document, indent=2, ensure_ascii=False))


def print_json_line(document: Mapping[str, Any]) -> None:
    """Print one JSON document of several, each on a line of its own."""
    print(json.dumps(document, ensure_ascii=False), flush=True)
