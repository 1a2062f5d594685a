"""`aib schema`: the formats for editors, as JSON Schema, and for people, as tables."""

from __future__ import annotations

import argparse

from aib_airflow.cli import output


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `aib schema`."""
    parser.description = (
        "Print the JSON Schema of pipeline files (default) or of templates. An editor checks a YAML file that "
        "begins with `# yaml-language-server: $schema=PATH`, PATH being where you keep what this prints."
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--pipeline", dest="form", action="store_const", const="pipeline", help="of pipeline files"
    )
    form.add_argument(
        "--template", dest="form", action="store_const", const="template", help="of image templates"
    )
    form.add_argument(
        "--reference",
        dest="form",
        action="store_const",
        const="reference",
        help="all fields, as Markdown tables",
    )
    parser.set_defaults(form="pipeline")


def run(options: argparse.Namespace) -> int:
    """Print what was asked for."""
    from aib_airflow.template import json_schema, reference

    if options.form == "reference":
        print(reference.render())
    elif options.form == "template":
        output.print_json(json_schema.template_schema())
    else:
        output.print_json(json_schema.pipeline_schema())
    return 0
