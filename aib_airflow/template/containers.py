"""Find the image template inside a document: the document itself, or one resource of a deployment template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aib_airflow.arm_template import (
    ArmTemplateError,
    Deployment,
    DeploymentScope,
    DocumentPath,
    ParameterDeclaration,
)
from aib_airflow.template.faults import TemplateError

if TYPE_CHECKING:
    from aib_airflow.template.documents import SourceFile

RESOURCE_FIELDS = ("name", "location", "tags", "identity", "properties")
"""What makes an image template; the rest of a resource (apiVersion, dependsOn, ...) steers its deployment."""

_DEPLOYMENT_FIELDS = {
    "$schema", "type", "apiVersion", "dependsOn", "comments", "metadata", "id", "systemData", "scope", "scale",
}  # fmt: skip
_IMAGE_TEMPLATE_TYPES = ("microsoft.virtualmachineimages/imagetemplates", "microsoft.virtualmachineimages")
_NESTED_DEPLOYMENT = "microsoft.resources/deployments"


@dataclass(frozen=True, slots=True)
class FoundResource:
    """An image template's fields, evaluated, and where it stood."""

    fields: dict[str, Any]
    path: DocumentPath
    parameters: tuple[ParameterDeclaration, ...] = ()


def find_resource(
    file: SourceFile, document: dict[str, Any], parameters: Mapping[str, Any], scope: DeploymentScope
) -> FoundResource:
    """Return the one image template of `document`. Raises TemplateError."""
    schema = str(document.get("$schema", ""))
    if "deploymentParameters.json" in schema:
        raise TemplateError([file.fault((), "this is a parameters file", "load the template it belongs to")])
    if "resources" in document:
        return _from_deployment(file, document, parameters, scope)
    if parameters:
        raise TemplateError([file.fault((), "only a deployment template takes parameters, and this is none")])
    return _bare(file, document)


def _bare(file: SourceFile, document: dict[str, Any]) -> FoundResource:
    kind = document.get("type", _IMAGE_TEMPLATE_TYPES[0])
    if str(kind).lower() not in _IMAGE_TEMPLATE_TYPES:
        message = f"'{kind}' is no image template"
        raise TemplateError(
            [file.fault(("type",), message, "write Microsoft.VirtualMachineImages/imageTemplates")]
        )
    if "properties" not in document:
        message = "no image template is here: neither `properties` nor `resources` is given"
        raise TemplateError([file.fault((), message)])
    return FoundResource(without_deployment_fields(document), ())


def without_deployment_fields(resource: dict[str, Any]) -> dict[str, Any]:
    """Leave out what only a deployment reads; what nobody knows stays, and is refused by the model."""
    return {key: value for key, value in resource.items() if key not in _DEPLOYMENT_FIELDS}


def _from_deployment(
    file: SourceFile, document: dict[str, Any], parameters: Mapping[str, Any], scope: DeploymentScope
) -> FoundResource:
    try:
        deployment = Deployment(document, parameters, scope)
        path, resource = _only_image_template(file, deployment)
        keys = tuple(without_deployment_fields(resource))
        fields = deployment.evaluate(resource, path, keys)
    except ArmTemplateError as wrong:
        raise TemplateError(file.fault(each.path, each.message, each.fix) for each in wrong.faults) from None
    return FoundResource(fields, path, deployment.parameters)


def _only_image_template(file: SourceFile, deployment: Deployment) -> tuple[DocumentPath, dict[str, Any]]:
    found, nested = [], False
    for path, resource in deployment.resources():
        kind = str(resource.get("type", "")).lower()
        nested = nested or kind == _NESTED_DEPLOYMENT
        if kind in _IMAGE_TEMPLATE_TYPES:
            found.append((path, resource))
    if len(found) == 1:
        return found[0]
    if found:
        message = f"{len(found)} image templates are in this file: more than one is not supported yet"
        raise TemplateError([file.fault(found[1][0], message, "put each into a file of its own")])
    message = "no resource is of type Microsoft.VirtualMachineImages/imageTemplates"
    hint = "nested deployments are not supported yet: write the image template out" if nested else ""
    raise TemplateError([file.fault(("resources",), message, hint)])
