"""Read a template or pipeline file into an ImageTemplate: text in, model or faults out; nothing is run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from aib_airflow.arm_template import DeploymentScope, DocumentPath
from aib_airflow.template.containers import RESOURCE_FIELDS, FoundResource, find_resource
from aib_airflow.template.customizers import FileStep, PowerShellStep, ShellStep
from aib_airflow.template.documents import SourceFile
from aib_airflow.template.explain import explain
from aib_airflow.template.faults import Fault, TemplateError
from aib_airflow.template.model import ImageTemplate, TemplateOrigin
from aib_airflow.template.pipeline import NOT_YET, PipelineSettings
from aib_airflow.template.resource import DEFAULT_BUILD_TIMEOUT_MINUTES, ImageTemplateResource
from aib_airflow.template.scripts import ScriptLocationError, script_source

_RESOURCE_KEYS = {*RESOURCE_FIELDS, "type", "apiVersion"}


def load(
    path: str | Path, parameters: Mapping[str, Any] | None = None, scope: DeploymentScope | None = None
) -> ImageTemplate:
    """Read and check one file. `parameters` win over the pipeline file's. Raises TemplateError."""
    return _read(SourceFile.read(Path(path)), None, parameters or {}, scope or DeploymentScope())


def reload(template: ImageTemplate, parameters: Mapping[str, Any]) -> ImageTemplate:
    """Read the same text again with other parameter values; the disk is not asked. Raises TemplateError.

    A value that equals the declared default changes nothing, so the whole of a filled form may be given: a
    default that is computed from another parameter then still follows that one.
    """
    shown = {declaration.name: declaration.default for declaration in template.parameters}
    changed = {name: value for name, value in parameters.items() if name not in shown or value != shown[name]}
    origin = template.origin
    merged = {**origin.parameters, **changed}
    return _read(origin.pipeline_file or origin.file, origin.file, merged, origin.scope)


def _read(
    file: SourceFile, template_file: SourceFile | None, parameters: Mapping[str, Any], scope: DeploymentScope
) -> ImageTemplate:
    try:
        document = file.parse()
        if not file.is_yaml:
            found = find_resource(file, document, parameters, scope)
            return _check(
                found, PipelineSettings(), TemplateOrigin(file, found.path, None, parameters, scope)
            )
        return _read_pipeline(file, document, template_file, parameters, scope)
    except RecursionError:
        raise TemplateError([Fault(file.path, 1, 1, "", "brackets are nested too deeply")]) from None


def _read_pipeline(
    file: SourceFile,
    document: dict[str, Any],
    template_file: SourceFile | None,
    parameters: Mapping[str, Any],
    scope: DeploymentScope,
) -> ImageTemplate:
    if "resources" in document:
        found = find_resource(file, document, parameters, scope)
        return _check(found, PipelineSettings(), TemplateOrigin(file, found.path, None, parameters, scope))
    settings = _check_pipeline(file, document)
    values = {**settings.parameters, **parameters}
    if not settings.template:
        inline = {key: value for key, value in document.items() if key in _RESOURCE_KEYS}
        found = find_resource(file, inline, values, scope)
        return _check(found, settings, TemplateOrigin(file, found.path, None, parameters, scope))
    target = template_file or _template_beside(file, settings)
    found = find_resource(target, target.parse(), values, settings.deployment.over(scope))
    return _check(found, settings, TemplateOrigin(target, found.path, file, parameters, scope))


def _check_pipeline(file: SourceFile, document: dict[str, Any]) -> PipelineSettings:
    faults = [
        file.fault((name,), f"`{name}` is not built by this version yet", "remove it")
        for name in NOT_YET
        if name in document
    ]
    sections = {key: value for key, value in document.items() if key not in (*_RESOURCE_KEYS, *NOT_YET)}
    if document.get("template") and "properties" in document:
        faults.append(
            file.fault(("properties",), "`template` and `properties` are both given", "keep one of them")
        )
    try:
        settings = PipelineSettings.model_validate_json(json.dumps(sections))
    except ValidationError as failure:
        findings = explain(failure, PipelineSettings, sections)
        faults += [file.fault(each.path, each.message, each.fix) for each in findings]
    if faults:
        raise TemplateError(faults)
    return settings


def _template_beside(file: SourceFile, settings: PipelineSettings) -> SourceFile:
    path = file.path.parent / settings.template
    if not path.resolve().is_relative_to(file.path.parent.resolve()):
        raise TemplateError(
            [file.fault(("template",), f"'{settings.template}' leaves the pipeline file's folder")]
        )
    if not path.is_file():
        raise TemplateError(
            [file.fault(("template",), f"there is no file '{settings.template}' beside this one")]
        )
    if SourceFile(path, "").is_yaml:
        raise TemplateError([file.fault(("template",), "a pipeline file names a JSON template")])
    return SourceFile.read(path)


def _check(found: FoundResource, settings: PipelineSettings, origin: TemplateOrigin) -> ImageTemplate:
    fields = _without_nulls(found.fields)
    try:
        canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False)
        resource = ImageTemplateResource.model_validate_json(canonical)
    except ValidationError as failure:
        findings = explain(failure, ImageTemplateResource, fields)
        raise TemplateError(
            origin.file.fault((*found.path, *each.path), each.message, each.fix) for each in findings
        ) from None
    except ValueError as wrong:
        raise TemplateError([origin.file.fault(found.path, str(wrong))]) from None
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    template = _assemble(resource, digest, found, settings, origin)
    faults = list(_script_faults(template))
    if faults:
        raise TemplateError(faults)
    return template


def _assemble(
    resource: ImageTemplateResource,
    digest: str,
    found: FoundResource,
    settings: PipelineSettings,
    origin: TemplateOrigin,
) -> ImageTemplate:
    properties = resource.properties
    return ImageTemplate(
        name=resource.name or (origin.pipeline_file or origin.file).path.stem,
        digest=digest,
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
        pipeline=settings,
        origin=origin,
    )


def _without_nulls(value: Any) -> Any:
    """Leave out fields that are null: to ARM, and to `[null()]`, that means not given."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _script_faults(template: ImageTemplate) -> Iterator[Fault]:
    """Find scripts that are not where the template says, as far as the local disk can tell."""
    validators = template.validation.in_vm_validations if template.validation else ()
    customize: DocumentPath = ("properties", "customize")
    validate: DocumentPath = ("properties", "validate", "inVMValidations")
    for path, steps in ((customize, template.customize), (validate, validators)):
        for index, step in enumerate(steps):
            if isinstance(step, ShellStep | PowerShellStep | FileStep):
                yield from _script_fault(template, (*path, index), step)


def _script_fault(
    template: ImageTemplate, path: DocumentPath, step: ShellStep | PowerShellStep | FileStep
) -> Iterator[Fault]:
    field = "sourceUri" if isinstance(step, FileStep) else "scriptUri"
    try:
        source = script_source(step, template.folder)
    except ScriptLocationError as wrong:
        yield template.fault((*path, field), str(wrong), "give an http(s) URL or a path beside the template")
        return
    if source.path is not None and not source.path.is_file():
        relative = source.path.relative_to(template.folder)
        yield template.fault((*path, field), f"there is no file '{relative}' beside the template")
