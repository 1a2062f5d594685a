"""Packer's template in, Azure Image Builder's out: one image template for each azure-arm source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aib_airflow.importers.packer.blocks import override, unroll
from aib_airflow.importers.packer.distribution import distributors
from aib_airflow.importers.packer.document import AZURE, Block, Build, Document, Place, source_name
from aib_airflow.importers.packer.ignored import report_ignored
from aib_airflow.importers.packer.machine import data_disks, location, staging_group, tags, vm_profile
from aib_airflow.importers.packer.options import Options
from aib_airflow.importers.packer.provisioners import applies, steps
from aib_airflow.importers.packer.reading import read_document
from aib_airflow.importers.packer.report import Note, Report
from aib_airflow.importers.packer.scope import Scope
from aib_airflow.importers.packer.sources import image_source
from aib_airflow.importers.packer.writer import Writer

_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
_TYPE = "Microsoft.VirtualMachineImages/imageTemplates"
API_VERSION = "2024-02-01"
NEWER_API_VERSION = "2025-10-01"
"""The first with additional data disks and replication modes."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A deployment template, and what it could not say as Packer's did."""

    template: dict[str, Any]
    notes: tuple[Note, ...]


def import_packer(
    paths: Sequence[Path],
    values: Mapping[str, str] | None = None,
    value_files: Sequence[Path] = (),
    source: str = "",
    result_folder: Path | None = None,
) -> Imported:
    """Turn a Packer template into a deployment template.

    `paths` are the files of one template, or its folder. `source` chooses one of several sources: by its name, or
    as `azure-arm.<name>`. The result will be in `result_folder`, or else beside the template. Raises TemplateError where there is nothing to turn, or a file is malformed.
    """
    document = read_document(paths, values or {}, value_files, result_folder)
    report = Report()
    writer = Writer(Scope(document), report)
    try:
        resources = [_resource(each, builds, writer) for each, builds in _chosen(document, report, source)]
    except RecursionError:
        raise Place(paths[0], 1, 1, "").error("values are nested too deeply") from None
    _report_top(document, report)
    return Imported(_deployment(writer, resources), tuple(report.in_order()))


def _deployment(writer: Writer, resources: list[dict[str, Any]]) -> dict[str, Any]:
    sections = {"parameters": writer.parameters, "variables": writer.variables}
    filled = {name: section for name, section in sections.items() if section}
    return {"$schema": _SCHEMA, "contentVersion": "1.0.0.0"} | filled | {"resources": resources}


def _chosen(document: Document, report: Report, wanted: str) -> list[tuple[Block, list[Build]]]:
    """Return the azure-arm sources, each with the builds that use it."""
    found = [
        (each, _builds_of(each, document)) for each in document.sources.values() if each.labels[0] == AZURE
    ]
    if wanted:
        found = [each for each in found if wanted in (source_name(each[0]), each[0].labels[-1])]
    elif any(builds for _, builds in found):
        for each in (each for each, builds in found if not builds):
            report.left_out(
                each.place, "no build uses this source", f"import it with --source {each.labels[-1]}"
            )
        found = [each for each in found if each[1]]
    if not found:
        raise _nothing_to_import(document, wanted)
    for each in (each for each in document.sources.values() if each.labels[0] != AZURE):
        report.left_out(each.place, f"{each.labels[0]} makes no image of Azure", "keep Packer for it")
    return found


def _builds_of(source: Block, document: Document) -> list[Build]:
    return [
        each
        for each in document.builds
        if not each.sources or any(used.labels == source.labels for used in each.sources)
    ]


def _nothing_to_import(document: Document, wanted: str) -> Exception:
    names = [name for name in document.sources if name.split(".")[0] == AZURE]
    blocks: list[Block | Build] = [*document.sources.values(), *document.builds, *document.others]
    where = blocks[0].place if blocks else Place(document.folder, 1, 1, "")
    if wanted and names:
        return where.error(f"there is no source '{wanted}'", f"there are: {', '.join(names)}")
    if document.builds and document.builds[0].sources and not document.sources:
        used = ", ".join(source_name(each) for each in document.builds[0].sources)
        return where.error(
            f"the source {used} is not in this file", "name the template's folder, or all of its files"
        )
    return where.error("there is no azure-arm source", "only images of Azure can be carried over")


def _resource(source: Block, builds: list[Build], writer: Writer) -> dict[str, Any]:
    own = [used for build in builds for used in build.sources if used.labels == source.labels]
    for used in own:
        source = override(source, used.settings, used.blocks)
    options = Options(unroll(source, writer.scope, writer.report), writer)
    options.take("name")
    name = _name(source)
    place = location(options)
    shared = _shared_tags(options)
    targets = [
        target | ({"artifactTags": shared} if shared else {}) for target in distributors(options, name, place)
    ]
    properties = {
        "stagingResourceGroup": staging_group(options),
        "managedResourceTags": shared,
        "vmProfile": vm_profile(options),
        "additionalDataDisks": data_disks(options),
        "source": image_source(options),
        "customize": _customize(source, builds, writer),
        "distribute": targets,
    }
    report_ignored(options)
    body = {"type": _TYPE, "apiVersion": _api_version(properties), "name": name, "location": place}
    filled = {name: value for name, value in properties.items() if value}
    return body | ({"tags": shared} if shared else {}) | {"properties": filled}


def _customize(source: Block, builds: Iterable[Build], writer: Writer) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for build in builds:
        made += steps(build.provisioners, source, writer)
        for each in build.others:
            if applies(each, source, writer):
                _report_other(each, writer.report)
    return made


def _report_other(block: Block, report: Report) -> None:
    kind = block.labels[0] if block.labels else ""
    if kind == "manifest":
        report.not_needed(block.place, "the run's asset event has the image's id, version and source")
    elif block.kind == "post-processor":
        report.left_out(
            block.place,
            f"nothing does what the post-processor '{kind}' does; it is left out",
            "make it an Airflow task after the image's",
        )
    else:
        report.left_out(block.place, f"nothing does what {block.kind} does; it is left out")


def _shared_tags(options: Options) -> Any:
    written = tags(options)
    if isinstance(written, dict) and written:
        return f"[{options.writer.share('tags', written)}]"
    return written


def _api_version(properties: Mapping[str, Any]) -> str:
    is_newer = properties["additionalDataDisks"] or any(
        "replicationMode" in target for target in properties["distribute"]
    )
    return NEWER_API_VERSION if is_newer else API_VERSION


def _name(source: Block) -> str:
    """Return the template's name: the source's, or the file's for a JSON builder without one."""
    named = source.labels[1] if len(source.labels) > 1 else source.place.file.name.split(".")[0]
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", named)[:48].strip("-._") or "image"


def _report_top(document: Document, report: Report) -> None:
    for block in document.others:
        if block.kind in ("packer", "min_packer_version", "description"):
            report.not_needed(block.place, f"{block.kind} is about Packer itself")
        elif block.kind == "data":
            report.left_out(block.place, "nothing is looked up", "give what it finds as a parameter's value")
        else:
            report.left_out(block.place, f"nothing does what {block.kind} does; it is left out")
