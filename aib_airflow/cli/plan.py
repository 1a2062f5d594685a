"""`aib plan`: show what a template becomes, stage by stage, before anything is built."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.tree import Tree

from aib_airflow import plan as planning
from aib_airflow import template
from aib_airflow.cli import output
from aib_airflow.cli.errors import UsageError
from aib_airflow.plan import BuildPlan

Stages = list[tuple[str, str]]
"""Task ids, each with what it does."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `aib plan`."""
    parser.description = "Show the stages that a template becomes. Nothing is run and no network is used."
    parser.add_argument("file", type=Path, metavar="FILE", help="a template or pipeline file")
    output.add_output_option(parser)


def run(options: argparse.Namespace) -> int:
    """Print the plan of one file."""
    if not options.file.is_file():
        raise UsageError(f"{options.file}: there is no such file")
    plan = planning.compile(template.load(options.file))
    if options.output == output.JSON:
        output.print_json(as_document(plan))
    else:
        output.stdout().print(as_tree(plan))
    return 0


def as_document(plan: BuildPlan) -> dict[str, Any]:
    """Return the plan as JSON has it."""
    return {
        "image": plan.image,
        "digest": plan.digest,
        "location": plan.location,
        "vm_sizes": list(plan.vm_sizes) or sorted(planning.DEFAULT_VM_SIZES.values()),
        "build_timeout_s": plan.build_timeout_s,
        "stages": [{"task_id": task_id, "what": what} for task_id, what in stages(plan)],
        "targets": [step.gallery_image.id for step in plan.distributions],
        "parameters": [parameter.name for parameter in plan.parameters],
    }


def as_tree(plan: BuildPlan) -> Tree:
    """Return the plan as a tree: task groups are branches."""
    tree = Tree(f"[bold]{plan.image}[/bold]  {plan.location}, digest {plan.digest[:12]}")
    groups: dict[str, Tree] = {}
    for task_id, what in stages(plan):
        group, dot, name = task_id.rpartition(".")
        if dot and group not in groups:
            groups[group] = tree.add(f"[bold]{group}[/bold]")
        (groups[group] if dot else tree).add(f"[cyan]{name}[/cyan]  {what}", highlight=False)
    return tree


def stages(plan: BuildPlan) -> Stages:
    """Return the stages in the order in which they run."""
    return [
        ("reserve", "names and tags of the build"),
        ("prepare", "exact source version, next image version"),
        ("resource_group", "a group for all that the build makes"),
        ("network", "security group, network, address, interface"),
        ("provision", f"the machine: {_sizes(plan)}"),
        *((step.task_id, step.label) for step in plan.customizers),
        ("generalize", "no trace of the build on the disk"),
        ("capture", "a snapshot of the OS disk"),
        ("release", "machine, interface and address gone"),
        *_distributions(plan),
        ("publish", "the version counts as latest; asset event"),
        ("close_build", "the build's group gone, whatever happened"),
    ]


def _distributions(plan: BuildPlan) -> Iterator[tuple[str, str]]:
    for step in plan.distributions:
        yield step.task_id, f"a version of {step.gallery_image.gallery}/{step.gallery_image.definition}"
        for region in step.regions:
            yield region.task_id, f"{region.replica_count} x {region.storage_account_type}"


def _sizes(plan: BuildPlan) -> str:
    return ", then ".join(plan.vm_sizes) or f"{', '.join(planning.DEFAULT_VM_SIZES.values())} by generation"
