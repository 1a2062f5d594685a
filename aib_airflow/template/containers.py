"""Find the image templates of a document, whatever it is: a resource, a deployment, an answer of the API."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aib_airflow.arm_template import (
    ArmFault,
    ArmTemplateError,
    Deployment,
    DeploymentScope,
    DocumentPath,
    ParameterDeclaration,
)
from aib_airflow.arm_template.syntax import is_expression
from aib_airflow.template.faults import Finding

RESOURCE_FIELDS = ("name", "location", "tags", "identity", "properties")
"""What makes an image template; the rest of a resource (apiVersion, dependsOn, ...) steers its deployment."""

_DEPLOYMENT_FIELDS = {
    "$schema", "type", "apiVersion", "dependsOn", "comments", "metadata", "id", "systemData", "scope", "scale",
    "copy", "condition", "existing", "resources", "api-version", "asserts",
}  # fmt: skip
_IMAGE_TEMPLATE = "Microsoft.VirtualMachineImages/imageTemplates"
_IMAGE_TEMPLATE_TYPES = (_IMAGE_TEMPLATE.lower(), "microsoft.virtualmachineimages")
Document = dict[str, Any] | list[Any]

_TEMPLATE_SPEC = "microsoft.resources/templatespecs/versions"
_PART_OF_PROPERTIES = {"source", "customize", "distribute", "vmProfile", "buildTimeoutInMinutes", "validate"}
_MAX_SEARCHED = 20_000
"""Values that are looked through for an image template inside an answer of the API."""


@dataclass(frozen=True, slots=True)
class FoundTemplate:
    """One image template's fields, evaluated as far as can be, and where it stands."""

    fields: dict[str, Any]
    path: DocumentPath = ()
    api_version: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a document holds. `kind` is as in `Reading`."""

    kind: str = ""
    templates: tuple[FoundTemplate, ...] = ()
    parameters: tuple[ParameterDeclaration, ...] = ()
    missing: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def find_image_templates(document: Document, parameters: Mapping[str, Any], scope: DeploymentScope) -> Found:
    """Find all image templates in `document`. Nothing is raised: what is wrong is among the findings."""
    if isinstance(document, list):
        return _in_answer(document, parameters, scope)
    if "deploymentParameters.json" in str(document.get("$schema", "")):
        wrong = Finding((), "this is a parameters file", "load the template it belongs to")
        return Found(findings=(wrong,))
    if _is_deployment(document):
        return _in_deployment(document, parameters, scope)
    if _is_resource(document):
        return _without_parameters(_bare(document), parameters)
    return _in_answer(document, parameters, scope)


def _in_answer(document: Document, parameters: Mapping[str, Any], scope: DeploymentScope) -> Found:
    """Look into what is neither itself: an answer of the API, or a list of resources."""
    wrapped = _unwrap(document)
    deployments = [(path, inner) for path, inner in wrapped if _is_deployment(inner)]
    if deployments:
        path, inner = deployments[0]
        return _moved(_in_deployment(inner, parameters, scope, kind="template-spec"), path)
    templates = tuple(FoundTemplate(_fields(inner), path, _api_version(inner)) for path, inner in wrapped)
    if templates:
        return _without_parameters(Found("response", _distinct(templates)), parameters)
    return Found(findings=(_what_is_it(document),))


def _is_deployment(document: dict[str, Any]) -> bool:
    return "resources" in document and ("$schema" in document or "type" not in document)


def _is_resource(document: dict[str, Any]) -> bool:
    properties = document.get("properties")
    if _is_image_template(document) and "properties" in document:
        return True
    return (
        "type" not in document
        and isinstance(properties, dict)
        and not _PART_OF_PROPERTIES.isdisjoint(properties)
    )


def _is_image_template(resource: dict[str, Any]) -> bool:
    return str(resource.get("type", "")).lower() in _IMAGE_TEMPLATE_TYPES


def _bare(document: dict[str, Any]) -> Found:
    kind = "resource" if "type" in document else "body"
    template = FoundTemplate(_fields(document), (), _api_version(document))
    return Found(kind, (template,), findings=tuple(_expressions(template.fields, ())))


def _fields(resource: dict[str, Any]) -> dict[str, Any]:
    """Leave out what only a deployment reads; what nobody knows stays, for the model to judge."""
    return {key: value for key, value in resource.items() if key not in _DEPLOYMENT_FIELDS}


def _api_version(resource: dict[str, Any]) -> str:
    version = resource.get("apiVersion", "")
    return version if isinstance(version, str) else ""


def _expressions(value: Any, path: DocumentPath) -> Iterator[Finding]:
    """Find expressions where none is evaluated: a bare resource is no deployment."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key != "inline":
                yield from _expressions(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _expressions(item, (*path, index))
    elif isinstance(value, str) and is_expression(value):
        message = f"'{value[:60]}' is an expression, and only a deployment template evaluates those"
        yield Finding(path, message, "write the value, or put the resource into a deployment template")


def _without_parameters(found: Found, parameters: Mapping[str, Any]) -> Found:
    if not parameters:
        return found
    message = "only a deployment template takes parameters, and this is none"
    return Found(found.kind, found.templates, findings=(*found.findings, Finding((), message)))


def _in_deployment(
    document: dict[str, Any], parameters: Mapping[str, Any], scope: DeploymentScope, kind: str = ""
) -> Found:
    kind = kind or ("bicep" if _is_compiled(document) else "deployment")
    try:
        deployment = Deployment(document, parameters, scope)
    except ArmTemplateError as wrong:
        return Found(kind, findings=tuple(_findings(wrong.faults)))
    templates: list[FoundTemplate] = []
    findings: list[Finding] = []
    specs: list[Found] = []
    try:
        for resource in deployment.resources(_is_wanted):
            if resource.deployed is False:
                continue
            findings += _findings(resource.faults)
            if resource.type.lower() == _TEMPLATE_SPEC:
                specs.append(_in_template_spec(resource.fields, resource.path, parameters, scope))
            else:
                version = _api_version(resource.fields)
                templates.append(FoundTemplate(_fields(resource.fields), resource.path, version))
    except ArmTemplateError as wrong:
        findings += _findings(wrong.faults)
    if not templates and len(specs) == 1 and specs[0].templates:
        return specs[0]
    if not templates and not findings:
        findings = [Finding(("resources",), f"no resource is of type {_IMAGE_TEMPLATE}")]
    return Found(kind, tuple(templates), deployment.parameters, deployment.missing, tuple(findings))


def _is_wanted(resource_type: str) -> bool:
    return resource_type.lower() in (*_IMAGE_TEMPLATE_TYPES, _TEMPLATE_SPEC)


def _is_compiled(document: dict[str, Any]) -> bool:
    metadata = document.get("metadata")
    generator = metadata.get("_generator") if isinstance(metadata, dict) else None
    return isinstance(generator, dict) and str(generator.get("name")).lower() == "bicep"


def _in_template_spec(
    fields: dict[str, Any], path: DocumentPath, parameters: Mapping[str, Any], scope: DeploymentScope
) -> Found:
    """Look into a template spec, which carries a whole deployment template as its value."""
    properties = fields.get("properties")
    main = properties.get("mainTemplate") if isinstance(properties, dict) else None
    if not isinstance(main, dict):
        return Found()
    inner = _in_deployment(main, parameters, scope, kind="template-spec")
    return _moved(inner, (*path, "properties", "mainTemplate"))


def _moved(found: Found, path: DocumentPath) -> Found:
    """Return what was found inside a part of a document as found in the document."""
    return Found(
        found.kind,
        tuple(FoundTemplate(each.fields, (*path, *each.path), each.api_version) for each in found.templates),
        found.parameters,
        found.missing,
        tuple(Finding((*path, *each.path), each.message, each.fix, each.severity) for each in found.findings),
    )


def _findings(faults: tuple[ArmFault, ...]) -> Iterator[Finding]:
    for fault in faults:
        yield Finding(fault.path, fault.message, fault.fix)


def _unwrap(document: Document) -> list[tuple[DocumentPath, dict[str, Any]]]:
    """Find resources and deployment templates inside an answer of the API, a list of such, or an example."""
    found: list[tuple[DocumentPath, dict[str, Any]]] = []
    waiting: list[tuple[DocumentPath, Any]] = [((), document)]
    for _ in range(_MAX_SEARCHED):
        if not waiting:
            break
        path, value = waiting.pop()
        if isinstance(value, list):
            waiting += [((*path, index), item) for index, item in enumerate(value)][::-1]
        elif isinstance(value, dict):
            if path and (_is_resource(value) or (_is_deployment(value) and "$schema" in value)):
                found.append((path, value))
            else:
                waiting += [((*path, key), item) for key, item in value.items()][::-1]
    return found


def _distinct(templates: tuple[FoundTemplate, ...]) -> tuple[FoundTemplate, ...]:
    """Leave out repetitions: an example of the API shows a resource in the request and in its answers."""
    seen: dict[str, FoundTemplate] = {}
    for each in templates:
        properties = each.fields.get("properties")
        parts = properties if isinstance(properties, dict) else {}
        seen.setdefault(json.dumps([parts.get("source"), parts.get("distribute")], sort_keys=True), each)
    return tuple(seen.values())


def _what_is_it(document: Document) -> Finding:
    if isinstance(document, list):
        return Finding(
            (), "no item of this array is an image template", f"give resources of type {_IMAGE_TEMPLATE}"
        )
    if "type" in document and not _is_image_template(document):
        return Finding(("type",), f"'{document['type']}' is no image template", f"write {_IMAGE_TEMPLATE}")
    stray = [key for key in document if key in _PART_OF_PROPERTIES]
    if stray:
        message = f"{', '.join(stray)} stand at the top of the file"
        return Finding((stray[0],), message, "put them into `properties`")
    return Finding(
        (),
        "no image template is here: neither `properties` with a source nor `resources` is given",
        f"give a resource of type {_IMAGE_TEMPLATE}, or a deployment template that has one",
    )
