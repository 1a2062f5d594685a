"""`aib plan`: show what a template becomes, stage by stage, before anything is built."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.tree import Tree

from aib_airflow import plan as planning
from aib_airflow import template
from aib_airflow.cli import output
from aib_airflow.cli.errors import UsageError
from aib_airflow.cli.plan_document import as_document, location, names, need_text, shown_value, vm_sizes
from aib_airflow.cli.validate import add_parameters_option, read_values
from aib_airflow.plan import BuildPlan

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath
    from aib_airflow.plan import DistributionStep, ExportStep

Stages = list[tuple[str, str]]
"""Task ids, each with what it does."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `aib plan`."""
    parser.description = (
        "Show the stages and resources that each image template of a file becomes. Nothing is run and no network "
        "is used. With --output json, one object an image, each on a line of its own."
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a template or pipeline file")
    add_parameters_option(parser)
    output.add_output_option(parser)


def run(options: argparse.Namespace) -> int:
    """Print the plans of one file."""
    if not options.file.is_file():
        raise UsageError(f"{options.file}: there is no such file")
    reading = template.read(options.file, parameters=read_values(options.parameters))
    plans = [planning.compile(each) for each in reading.require()]
    for plan in plans:
        if options.output == output.JSON:
            stages_of = [{"task_id": task_id, "what": what} for task_id, what in stages(plan)]
            output.print_json_line(as_document(plan) | {"stages": stages_of})
        else:
            output.stdout().print(as_tree(plan))
    return 0


def as_tree(plan: BuildPlan) -> Tree:
    """Return the plan as a tree: task groups are branches, and stages that cannot be built are marked."""
    tree = Tree(f"[bold]{escape(plan.image)}[/bold]  {escape(location(plan))}, digest {plan.digest[:12]}")
    groups: dict[str, Tree] = {}
    refused = set(_refused_stages(plan))
    for task_id, what in stages(plan):
        group, dot, name = task_id.rpartition(".")
        if dot and group not in groups:
            groups[group] = tree.add(f"[bold]{escape(group)}[/bold]")
        mark = "  [yellow]not built yet[/yellow]" if task_id in refused else ""
        branch = groups[group] if dot else tree
        branch.add(f"[cyan]{escape(name)}[/cyan]  {escape(what)}{mark}", highlight=False)
    _add_notes(tree, plan)
    return tree


def stages(plan: BuildPlan) -> Stages:
    """Return the stages in the order in which they run."""
    made = names(plan)
    return [
        ("reserve", "names and tags of the build"),
        ("prepare", f"exact version of {_source(plan)}, next image version"),
        ("resource_group", f"{made.resource_group}, for all that the build makes"),
        ("network", f"{made.nsg}, {made.vnet}, {made.public_ip}, {made.nic}"),
        ("provision", f"{made.vm} with {made.os_disk}: {_sizes(plan)}"),
        *((step.task_id, step.label) for step in plan.customizers),
        ("generalize", "no trace of the build on the disk"),
        ("capture", f"{made.snapshot}, of the OS disk"),
        ("release", "machine, interface and address gone"),
        *((step.task_id, step.label) for step in plan.validators),
        *_distributions(plan),
        *((step.task_id, f"{step.distributor.type} {step.run_output}") for step in plan.exports),
        ("publish", "the version counts as latest; asset event"),
        ("close_build", "the build's group gone, whatever happened"),
    ]


def _source(plan: BuildPlan) -> str:
    source = plan.template.source
    parts = ("publisher", "offer", "sku", "version") if source.type == "PlatformImage" else ()
    shown = [_shown(plan, ("properties", "source", part), getattr(source, part)) for part in parts]
    if shown:
        return ":".join(shown)
    [field] = set(type(source).model_fields) & {"image_id", "image_version_id"}
    alias = type(source).model_fields[field].alias or field
    return _shown(plan, ("properties", "source", alias), getattr(source, field))


def _sizes(plan: BuildPlan) -> str:
    by_generation = f"{', '.join(planning.DEFAULT_VM_SIZES.values())} by generation"
    return ", then ".join(vm_sizes(plan)) or by_generation


def _distributions(plan: BuildPlan) -> Iterator[tuple[str, str]]:
    for step in plan.distributions:
        definition = f"{step.gallery_image.gallery}/{step.gallery_image.definition}"
        yield step.task_id, f"a version of {_target(plan, step, 'galleryImageId', definition)}"
        for region in step.regions:
            yield region.task_id, f"{region.replica_count} x {region.storage_account_type}"


def _target(plan: BuildPlan, step: DistributionStep, field: str, known: str) -> str:
    index = plan.template.distribute.index(step.distributor)
    return _shown(plan, ("properties", "distribute", index, field), known)


def _shown(plan: BuildPlan, path: DocumentPath, known: str) -> str:
    """Return a value of the template, or what it waits for: the model then holds but a stand-in."""
    waits = (each for place, each in plan.template.unknowns.items() if path[: len(place)] == place)
    unknown = next(waits, None)
    return need_text(unknown) if unknown else known


def _refused_stages(plan: BuildPlan) -> Iterator[str]:
    """Yield the tasks of the places that the plan's warnings are about."""
    refused = [fault.path for fault in plan.unsupported]
    for task_id, path in _places(plan):
        place = plan.template.fault(path, "").path
        if any(place.startswith(each) or each.startswith(place) for each in refused):
            yield task_id


def _places(plan: BuildPlan) -> Iterator[tuple[str, DocumentPath]]:
    for customizer in plan.customizers:
        yield customizer.task_id, ("properties", "customize", customizer.number - 1)
    for validator in plan.validators:
        yield validator.task_id, ("properties", "validate", "inVMValidations", validator.number - 1)
    steps: tuple[DistributionStep | ExportStep, ...] = (*plan.distributions, *plan.exports)
    for step in steps:
        yield step.task_id, ("properties", "distribute", plan.template.distribute.index(step.distributor))
    yield "prepare", ("properties", "source")
    yield "network", ("properties", "vmProfile", "vnetConfig")


def _add_notes(tree: Tree, plan: BuildPlan) -> None:
    """Add what the trigger form asks for, and why a run would be refused."""
    needed = {need.name for need in plan.template.needs if need.kind == "parameter"}
    if plan.parameters:
        branch = tree.add("[bold]parameters[/bold]")
        for each in plan.parameters:
            known = "a secret" if each.secure else f"{shown_value(each.default)!r}"
            value = "asked for by the trigger form" if each.name in needed else known
            branch.add(f"{escape(each.name)}  {escape(value)}", highlight=False)
    if plan.unsupported:
        branch = tree.add("[yellow]a run is refused[/yellow]")
        for fault in plan.unsupported:
            branch.add(escape(f"{fault.line}:{fault.column}: {fault.message}"), highlight=False)
