"""Read a pipeline file: our sections, and the template that it names or holds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from aib_airflow.template.containers import RESOURCE_FIELDS
from aib_airflow.template.documents import SourceFile
from aib_airflow.template.explain import explain
from aib_airflow.template.faults import Fault, TemplateError, shortened
from aib_airflow.template.files import Files
from aib_airflow.template.jinja import render
from aib_airflow.template.paths import PathError, path_inside
from aib_airflow.template.pipeline import PipelineSettings

_RESOURCE_KEYS = {*RESOURCE_FIELDS, "type", "apiVersion"}


@dataclass(frozen=True, slots=True)
class PipelineFile:
    """A pipeline file's settings, and the document with its image templates and the file that is in."""

    settings: PipelineSettings
    template_file: SourceFile
    document: dict[str, Any] | list[Any]
    faults: tuple[Fault, ...] = ()


def read_pipeline(file: SourceFile, document: dict[str, Any], files: Files, *, lenient: bool) -> PipelineFile:
    """Read the sections of a pipeline file, then its template. Raises TemplateError when there is none."""
    rendered, found = render(file, document)
    sections = {key: value for key, value in rendered.items() if key not in _RESOURCE_KEYS}
    settings, wrong = _check_sections(file, sections)
    faults = [*found, *wrong]
    if rendered.get("template") and "properties" in rendered:
        faults.append(
            file.fault(("properties",), "`template` and `properties` are both given", "keep one of them")
        )
    if not settings.template:
        if "properties" not in rendered:
            faults.append(file.fault((), "neither `template` nor `properties` is given", "name a template"))
            raise TemplateError(faults)
        inline = {key: value for key, value in rendered.items() if key in _RESOURCE_KEYS}
        return PipelineFile(settings, file, inline, tuple(faults))
    try:
        target = _named_template(file, settings.template, files)
        inner = target.read_document(lenient=lenient)
    except TemplateError as error:
        raise TemplateError([*faults, *error.faults]) from None
    return PipelineFile(settings, target, inner.value, (*faults, *inner.remarks))


def _named_template(file: SourceFile, name: str, files: Files) -> SourceFile:
    target = beside(file, ("template",), name, files)
    if target.is_yaml:
        fix = "name a JSON template, or put the template's fields into this file"
        raise TemplateError([file.fault(("template",), f"'{name}' is YAML", fix)])
    return target


def beside(file: SourceFile, place: tuple[str, ...], name: str, files: Files) -> SourceFile:
    """Return a file that another one names, which must be in its folder. Raises TemplateError."""
    try:
        found = files.find(path_inside(file.path.parent, name))
    except PathError as wrong:
        raise TemplateError(
            [file.fault(place, f"'{shortened(name)}' {wrong}", "name a file beside this one")]
        ) from None
    if found is None:
        raise TemplateError([file.fault(place, f"there is no file '{name}' beside this one", "put it there")])
    return found


def _check_sections(file: SourceFile, sections: dict[str, Any]) -> tuple[PipelineSettings, Iterable[Fault]]:
    try:
        return PipelineSettings.model_validate_json(json.dumps(sections)), ()
    except ValidationError as failure:
        faults = [
            file.fault(each.path, each.message, each.fix)
            for each in explain(failure, PipelineSettings, sections)
        ]
    template = sections.get("template")  # the template's own faults are worth saying at once
    return PipelineSettings(template=template if isinstance(template, str) else ""), faults
