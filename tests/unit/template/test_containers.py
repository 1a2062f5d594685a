"""Wherever an image template stands, it is found."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aib_airflow.template import read

KIND = "Microsoft.VirtualMachineImages/imageTemplates"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
Document = dict[str, Any]


@pytest.fixture
def resource(write: Callable[..., Path]) -> Document:
    document: Document = json.loads(write().read_text("utf-8"))
    return document


def deployment(*resources: Document, **more: Any) -> Document:
    return {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": list(resources), **more}


def bicep(resource: Document) -> Document:
    return deployment(resource, metadata={"_generator": {"name": "bicep", "version": "0.30"}})


def symbolic(resource: Document) -> Document:
    return {**deployment(), "languageVersion": "2.0", "resources": {"template": resource}}


def nested(resource: Document) -> Document:
    inner = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "properties": {"mode": "Incremental", "template": deployment(resource)},
    }
    return deployment(inner)


def template_spec(resource: Document) -> Document:
    spec = {
        "type": "Microsoft.Resources/templateSpecs/versions",
        "apiVersion": "2022-02-01",
        "name": "specs/1.0",
        "location": "westus2",
        "properties": {"mainTemplate": deployment(resource)},
    }
    return deployment(spec)


def answer(resource: Document) -> Document:
    service = {"provisioningState": "Succeeded", "lastRunStatus": {"runState": "Succeeded"}}
    return {
        **resource,
        "id": f"/subscriptions/s/resourceGroups/g/providers/{KIND}/web",
        "systemData": {"createdBy": "me"},
        "properties": resource["properties"] | service,
    }


CONTAINERS: list[tuple[str, Callable[[Document], Document]]] = [
    ("resource", lambda resource: resource),
    ("resource", lambda resource: {**resource, "type": "Microsoft.VirtualMachineImages"}),
    ("resource", lambda resource: {**resource, "type": KIND.upper()}),
    ("resource", answer),
    (
        "body",
        lambda resource: {key: value for key, value in resource.items() if key not in ("type", "apiVersion")},
    ),
    ("deployment", deployment),
    ("deployment", nested),
    ("bicep", bicep),
    ("deployment", symbolic),
    ("template-spec", template_spec),
    ("template-spec", lambda resource: {"id": "x", "properties": {"mainTemplate": deployment(resource)}}),
    ("response", lambda resource: {"value": [answer(resource)]}),
    ("response", lambda resource: {"statusCode": 200, "responseBody": answer(resource)}),
    (
        "response",
        lambda resource: {
            "parameters": {"api-version": "2025-10-01", "parameters": resource},
            "responses": {"201": {"body": answer(resource)}},
        },
    ),
]


@pytest.mark.parametrize(("kind", "wrap"), CONTAINERS)
def test_an_image_template_is_found_in_every_container(
    kind: str, wrap: Callable[[Document], Document], resource: Document, tmp_path: Path
) -> None:
    """People keep what they wrote, what a compiler wrote, and what the service answered."""
    path = tmp_path / "web.json"
    path.write_text(json.dumps(wrap(resource)), "utf-8")
    reading = read(path)
    (template,) = reading.require()
    assert (template.image, reading.kind) == ("web", kind)
    assert template.customize[0].type == "Shell"


def test_a_deployment_may_be_yaml(resource: Document, tmp_path: Path) -> None:
    """JSON is YAML, and some prefer to read it so; a resource in YAML is a pipeline file."""
    for document, kind in ((deployment(resource), "deployment"), (resource, "pipeline")):
        path = tmp_path / "web.yaml"
        path.write_text(json.dumps(document), "utf-8")
        reading = read(path)
        assert reading.kind == kind
        assert len(reading.require()) == 1


def test_several_image_templates_are_several_images(resource: Document, tmp_path: Path) -> None:
    """Each has the file's name and its own."""
    resources = [{**copy.deepcopy(resource), "name": name} for name in ("east", "west")]
    path = tmp_path / "web.json"
    path.write_text(json.dumps(deployment(*resources)), "utf-8")
    assert [template.image for template in read(path).require()] == ["web.east", "web.west"]


def test_a_copy_loop_makes_as_many_images(resource: Document, tmp_path: Path) -> None:
    """A loop's names come from its index."""
    resource |= {"name": "[format('web{0}', copyIndex(1))]", "copy": {"name": "images", "count": 2}}
    path = tmp_path / "web.json"
    path.write_text(json.dumps(deployment(resource)), "utf-8")
    assert [template.image for template in read(path).require()] == ["web.web1", "web.web2"]


def test_what_a_condition_leaves_out_is_no_image(resource: Document, tmp_path: Path) -> None:
    """The other one is the file's only image then, and has its name."""
    resources = [{**resource, "name": "a", "condition": False}, {**resource, "name": "b"}]
    path = tmp_path / "web.json"
    path.write_text(json.dumps(deployment(*resources)), "utf-8")
    assert [template.image for template in read(path).require()] == ["web"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"$schema": "https://x/2019-04-01/deploymentParameters.json#"}, "this is a parameters file"),
        (
            {"type": "Microsoft.Compute/images", "properties": {}},
            (
                ".type: 'Microsoft.Compute/images' is no image template; "
                "write Microsoft.VirtualMachineImages/imageTemplates"
            ),
        ),
        ({"source": {}, "distribute": []}, "source, distribute stand at the top of the file; put them into"),
        ({}, "no image template is here"),
        (deployment(), "no resource is of type"),
        (
            {"type": KIND, "properties": {"source": "[parameters('x')]"}},
            "only a deployment template evaluates",
        ),
    ],
)
def test_what_is_no_image_template_is_told_so(document: Document, message: str, tmp_path: Path) -> None:
    """One sentence, and what to do."""
    path = tmp_path / "web.json"
    path.write_text(json.dumps(document), "utf-8")
    assert message in " ".join(map(str, read(path).errors))


def test_an_array_of_resources_holds_them_all(resource: Document, tmp_path: Path) -> None:
    """As `az image builder list` prints them."""
    path = tmp_path / "web.json"
    others = [copy.deepcopy(resource) | {"name": name} for name in ("eastus", "westus")]
    others[0]["properties"]["source"]["sku"] = "12"
    path.write_text(json.dumps(others), encoding="utf-8")
    assert [each.image for each in read(path).require()] == ["web.eastus", "web.westus"]
    path.write_text("[1]", encoding="utf-8")
    (fault,) = read(path).faults
    assert "no item of this array is an image template" in fault.message
