"""Read a template or pipeline file: text in, everything it says out; nothing is run, no network is opened."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aib_airflow.arm_template import DeploymentScope
from aib_airflow.template.check import Checked, check
from aib_airflow.template.containers import Found, FoundTemplate, find_image_templates
from aib_airflow.template.documents import SourceFile
from aib_airflow.template.faults import MAX_FAULTS, START, Fault, Finding, TemplateError
from aib_airflow.template.files import Files
from aib_airflow.template.image_names import image_name
from aib_airflow.template.model import ImageTemplate, Mode, TemplateOrigin
from aib_airflow.template.parameter_files import given_values
from aib_airflow.template.pipeline import PipelineSettings
from aib_airflow.template.pipeline_files import PipelineFile, read_pipeline
from aib_airflow.template.placeholders import find_placeholders
from aib_airflow.template.reading import Reading
from aib_airflow.template.resource import DEFAULT_BUILD_TIMEOUT_MINUTES
from aib_airflow.template.retired import api_version_remark
from aib_airflow.template.scripts import script_findings
from aib_airflow.template.summary import summarize


def read(
    path: str | Path,
    parameters: Mapping[str, Any] | None = None,
    scope: DeploymentScope | None = None,
    mode: Mode = "lenient",
) -> Reading:
    """Read one file. `parameters` win over those of a pipeline or parameters file.

    Nothing is raised for what a file says: that is among the reading's faults. `strict` accepts what the
    service does since API version 2024-02-01, `lenient` what it did before, each difference with a warning.
    """
    return _Reader(Path(path), Files(), parameters or {}, scope or DeploymentScope(), mode).read()


def load(
    path: str | Path, parameters: Mapping[str, Any] | None = None, scope: DeploymentScope | None = None
) -> ImageTemplate:
    """Read a file that has one image template. Raises TemplateError."""
    templates = read(path, parameters, scope).require()
    if len(templates) > 1:
        names = ", ".join(each.image for each in templates)
        raise TemplateError([templates[1].fault((), f"this file has {len(templates)} images: {names}")])
    return templates[0]


def reload(
    template: ImageTemplate, parameters: Mapping[str, Any], scope: DeploymentScope | None = None
) -> ImageTemplate:
    """Read the same text again with other parameter values; the disk is not asked. Raises TemplateError.

    A value that equals the declared default changes nothing, so the whole of a filled form may be given: a
    default that is computed from another parameter then still follows that one.
    """
    shown = {declaration.name: declaration.default for declaration in template.parameters}
    changed = {name: value for name, value in parameters.items() if name not in shown or value != shown[name]}
    origin = template.origin
    values = {**origin.parameters, **changed}
    reader = _Reader(template.path, origin.files, values, scope or origin.scope, origin.mode)
    again = {each.origin.index: each for each in reader.read().require()}
    if origin.index not in again:
        raise TemplateError([template.fault((), "with these values the deployment has no such image")])
    return again[origin.index]


@dataclasses.dataclass(frozen=True, slots=True)
class _Reader:
    """One reading: a file, the files it names, and what it is read with."""

    path: Path
    files: Files
    parameters: Mapping[str, Any]
    scope: DeploymentScope
    mode: Mode

    @property
    def _lenient(self) -> bool:
        return self.mode == "lenient"

    def read(self) -> Reading:
        try:
            file = self.files.read(self.path)
            document = file.read_document(lenient=self._lenient, may_be_array=True)
            pipeline = self._pipeline(file, document.value)
            reading = self._templates(file, pipeline)
        except TemplateError as wrong:
            return Reading(SourceFile(self.path, ""), found=wrong.faults)
        except RecursionError:
            nested = Fault(self.path, START, "", "brackets are nested too deeply")
            return Reading(SourceFile(self.path, ""), found=(nested,))
        found = tuple(dict.fromkeys((*document.remarks, *pipeline.faults, *reading.found)))
        whole = all(fault.severity != "error" for fault in found)
        return dataclasses.replace(
            reading, found=self._first(found), templates=reading.templates if whole else ()
        )

    def _first(self, found: tuple[Fault, ...]) -> tuple[Fault, ...]:
        """Leave out what nobody reads to its end, errors last."""
        if len(found) <= MAX_FAULTS:
            return found
        kept = sorted(found, key=lambda each: each.severity != "error")[:MAX_FAULTS]
        message = f"more than {MAX_FAULTS} faults are not shown"
        return (*kept, Fault(self.path, START, "", message, "mend these first", kept[0].severity))

    def _pipeline(self, file: SourceFile, document: Any) -> PipelineFile:
        if file.is_yaml and isinstance(document, dict) and "resources" not in document:
            return read_pipeline(file, document, self.files, lenient=self._lenient)
        return PipelineFile(PipelineSettings(), file, document)

    def _templates(self, main: SourceFile, pipeline: PipelineFile) -> Reading:
        file, settings = pipeline.template_file, pipeline.settings
        values = given_values(file, main, settings, self.files) | dict(self.parameters)
        scope = settings.deployment.over(self.scope)
        found = find_image_templates(pipeline.document, values, scope)
        checked = [check(each.fields, lenient=self._lenient) for each in found.templates]
        findings = [*found.findings, *_missing_findings(found), *_version_findings(found)]
        for template, judged in zip(found.templates, checked, strict=True):
            findings += _placed(template, judged)
        faults = [file.fault(each.path, each.message, each.fix, each.severity) for each in findings]
        origin = TemplateOrigin(
            file=file,
            pipeline_file=main if main.is_yaml else None,
            files=self.files,
            parameters=values,
            scope=scope,
            mode=self.mode,
        )
        templates = tuple(_assemble(found, checked, settings, origin))
        for each in templates:
            faults += [*_script_faults(each), *_name_faults(each)]
        return Reading(
            file=main,
            kind="pipeline"
            if main.is_yaml and file is main and "resources" not in pipeline.document
            else found.kind,
            api_version=found.templates[0].api_version if found.templates else "",
            resources=tuple(summarize(each.fields) for each in found.templates),
            templates=templates,
            found=tuple(faults),
            missing_parameters=found.missing,
            placeholders=tuple(dict.fromkeys(text for _, text in find_placeholders(pipeline.document))),
        )


def _placed(template: FoundTemplate, judged: Checked) -> Iterator[Finding]:
    for each in judged.findings:
        yield dataclasses.replace(each, path=(*template.path, *each.path))


def _missing_findings(found: Found) -> Iterator[Finding]:
    for name in found.missing:
        message = f"parameter '{name}' has no value and no defaultValue"
        fix = "give it in a parameters file or a pipeline file; else the trigger form asks for it"
        yield Finding(("parameters", name), message, fix, "warning")


def _version_findings(found: Found) -> Iterator[Finding]:
    for template in found.templates:
        message, fix = api_version_remark(template.api_version)
        if message:
            yield Finding((*template.path, "apiVersion"), message, fix, "warning")


def _assemble(
    found: Found, checked: list[Checked], settings: PipelineSettings, origin: TemplateOrigin
) -> Iterator[ImageTemplate]:
    stem = origin.main.path.stem
    several = len(checked) > 1
    for index, (template, judged) in enumerate(zip(found.templates, checked, strict=True)):
        resource = judged.resource
        if resource is None:
            continue
        properties = resource.properties
        yield ImageTemplate(
            image=image_name(f"{stem}.{_own_name(template, index)}" if several else stem),
            name=resource.name or stem,
            digest=judged.digest,
            location=resource.location,
            tags=resource.tags,
            identity=resource.identity,
            source=properties.source,
            customize=properties.customize,
            optimize=properties.optimize,
            validation=properties.validation,
            distribute=properties.distribute,
            error_handling=properties.error_handling,
            build_timeout_minutes=properties.build_timeout_in_minutes or DEFAULT_BUILD_TIMEOUT_MINUTES,
            vm_profile=properties.vm_profile,
            additional_data_disks=properties.additional_data_disks,
            staging_resource_group=properties.staging_resource_group,
            auto_run=properties.auto_run,
            managed_resource_tags=properties.managed_resource_tags,
            parameters=found.parameters,
            unknowns=judged.unknowns,
            pipeline=settings,
            origin=dataclasses.replace(
                origin, resource_path=template.path, spelling=judged.spelling, index=index
            ),
        )


def _own_name(template: FoundTemplate, index: int) -> str:
    name = template.fields.get("name")
    return name if isinstance(name, str) else str(index + 1)


def _name_faults(template: ImageTemplate) -> Iterator[Fault]:
    path = template.origin.main.path
    if image_name(path.stem) != path.stem:
        message = f"the image is called {template.image}: no DAG can be called '{path.stem}'"
        yield Fault(path, START, "", message, "rename the file if you want another name", "warning")


def _script_faults(template: ImageTemplate) -> Iterator[Fault]:
    for each in script_findings(template):
        yield template.fault(each.path, each.message, each.fix)
