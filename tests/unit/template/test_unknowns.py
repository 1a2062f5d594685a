"""A template that does not say everything is still read: what is missing is asked for later."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aib_airflow import plan
from aib_airflow.arm_template import DeploymentScope, Need
from aib_airflow.template import TemplateError, load, read, reload

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
Document = dict[str, Any]


@pytest.fixture
def deploy(write: Callable[..., Path], tmp_path: Path) -> Callable[..., Path]:
    """Write a deployment template with these parameters and a change of its one resource."""

    def write_deployment(change: Callable[[Document], object], **parameters: Any) -> Path:
        resource: Document = json.loads(write().read_text("utf-8"))
        resource["name"] = "web"
        change(resource)
        document = {"$schema": SCHEMA, "parameters": parameters, "resources": [resource]}
        path = tmp_path / "web.json"
        path.write_text(json.dumps(document, indent=1), "utf-8")
        return path

    return write_deployment


TEXT = {"type": "string"}


def test_all_missing_parameters_are_named_at_once(deploy) -> None:
    """Each at its declaration, as a warning: the trigger form asks."""
    path = deploy(
        lambda resource: resource.update(location="[parameters('region')]", name="[parameters('name')]"),
        region=TEXT,
        name=TEXT,
        unused=TEXT,
    )
    reading = read(path)
    assert reading.missing_parameters == ("region", "name", "unused")
    assert [fault.path for fault in reading.faults] == [
        ".parameters.region",
        ".parameters.name",
        ".parameters.unused",
    ]
    assert {fault.severity for fault in reading.faults} == {"warning"}
    (template,) = reading.require()
    assert template.needs == {Need("parameter", "region"), Need("parameter", "name")}
    assert reload(template, {"region": "eastus", "name": "x"}).location == "eastus"


def test_a_value_that_decides_which_tasks_there_are_must_be_known(deploy) -> None:
    """A DAG's tasks cannot wait for a form."""
    path = deploy(
        lambda resource: resource["properties"].update(customize="[parameters('steps')]"),
        steps={"type": "array"},
    )
    (error,) = read(path).errors
    assert error.path == ".resources[0].properties.customize"
    assert "which tasks there are depends on parameter 'steps'" in error.message
    assert load(path, {"steps": [{"type": "Shell", "inline": ["true"]}]}).customize


def test_a_parameters_file_beside_the_template_fills_in(deploy) -> None:
    """It has the name that Azure's tools give it; what the caller says wins."""
    path = deploy(lambda resource: resource.update(location="[parameters('region')]"), region=TEXT)
    values = {
        "$schema": "https://x/2019-04-01/deploymentParameters.json#",
        "parameters": {"region": {"value": "uksouth"}},
    }
    path.with_name("web.parameters.json").write_text(json.dumps(values), "utf-8")
    assert load(path).location == "uksouth"
    assert load(path, {"region": "eastus"}).location == "eastus"
    path.with_name("web.parameters.json").unlink()
    assert not read(path).templates[0].unknowns.keys() ^ {("location",)}


def test_a_pipeline_file_may_name_a_parameters_file(deploy) -> None:
    """Its own values win over the file's."""
    path = deploy(
        lambda resource: resource.update(location="[parameters('region')]", name="[parameters('name')]"),
        region=TEXT,
        name=TEXT,
    )
    path.with_name("prod.json").write_text(json.dumps({"region": "uksouth", "name": "a"}), "utf-8")
    pipeline = path.with_name("corp.yaml")
    pipeline.write_text("template: web.json\nparameters_file: prod.json\nparameters: {name: b}\n", "utf-8")
    template = load(pipeline)
    assert (template.location, template.name) == ("uksouth", "b")


def test_where_a_deployment_would_be_is_asked_for_too(deploy) -> None:
    """The run knows its subscription by the connection, the region by its form."""
    path = deploy(lambda resource: resource.update(location="[resourceGroup().location]"))
    template = load(path)
    assert template.needs == {Need("scope", "location")}
    assert reload(template, {}, DeploymentScope(location="uksouth")).location == "uksouth"
    assert plan.compile(template).location == ""


def test_what_only_azure_can_answer_is_named_where_a_build_needs_it(deploy) -> None:
    """In the template's identity nobody needs it, so that is a warning only."""
    asks = "[reference(resourceId('Microsoft.Network/virtualNetworks', 'net'), '2024-05-01').subnets[0].id]"
    path = deploy(
        lambda resource: resource["properties"].update(vmProfile={"vnetConfig": {"subnetId": asks}})
    )
    (error,) = read(path).errors
    assert "only Azure can evaluate reference(" in error.message
    path = deploy(lambda resource: resource.update(tags={"who": asks}))
    reading = read(path)
    assert reading.ok
    assert [fault.severity for fault in reading.faults] == ["warning"]


def test_a_scheduled_build_must_know_everything(deploy) -> None:
    """Nobody fills in a form at three in the morning."""
    path = deploy(lambda resource: resource.update(location="[parameters('region')]"), region=TEXT)
    pipeline = path.with_name("corp.yaml")
    pipeline.write_text("template: web.json\nschedule: {cron: '0 3 * * 2'}\n", "utf-8")
    with pytest.raises(
        TemplateError, match=r"corp\.yaml:2:1: \.schedule: .*no form to ask for parameter 'region'"
    ):
        plan.compile(load(pipeline))


def test_placeholders_are_listed_and_must_be_filled_in(deploy) -> None:
    """Whatever the style; what merely looks like one in a script is left alone."""

    def change(resource: Document) -> None:
        resource["location"] = "<region>"
        resource["tags"] = {"owner": "#{Owner}#"}
        resource["properties"]["customize"][0]["inline"] = ["cat <<EOF > x", "echo ${HOME} $(date) <b>"]

    reading = read(deploy(change))
    assert reading.placeholders == ("<region>", "#{Owner}#")
    assert [error.path for error in reading.errors] == [".resources[0].location", ".resources[0].tags.owner"]
