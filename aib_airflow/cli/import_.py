"""`aib import TOOL`: turn what another tool builds images from into a template; one module a tool."""

from __future__ import annotations

import argparse
import importlib
from typing import TYPE_CHECKING, cast

from rich_argparse import RichHelpFormatter

if TYPE_CHECKING:
    from aib_airflow.cli import Verb

TOOLS = {
    "azure": "an image template of an Azure subscription, with its scripts",
    "packer": "an azure-arm template of Packer, in JSON or HCL2",
}
"""Each with what is imported; `aib_airflow.cli.import_<tool>` is its module, with `configure` and `run`."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the tools."""
    parser.description = "Turn what another tool builds images from into an Azure Image Builder template."
    tools = parser.add_subparsers(dest="tool", metavar="TOOL", required=True)
    for name, summary in TOOLS.items():
        _tool(name).configure(tools.add_parser(name, help=summary, formatter_class=RichHelpFormatter))


def run(options: argparse.Namespace) -> int:
    """Import with the tool that was asked for."""
    return _tool(options.tool).run(options)


def _tool(name: str) -> Verb:
    return cast("Verb", importlib.import_module(f"aib_airflow.cli.import_{name}"))
