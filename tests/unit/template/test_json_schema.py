"""The JSON Schemas: equal to the models, and of one mind with the reader."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from aib_airflow.template import json_schema, read
from aib_airflow.template.customizers import PowerShellStep
from aib_airflow.template.schema import AibModel

SUBNET = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/"

BROKEN: dict[str, Callable[[dict[str, Any]], object]] = {
    "a misspelt field": lambda p: p.update(vmprofile={}),
    "no target": lambda p: p.update(distribute=[]),
    "no source": lambda p: p.pop("source"),
    "an unknown type": lambda p: p["customize"][0].update(type="Bash"),
    "a field of another type": lambda p: p["customize"][0].update(runElevated=True),
    "two scripts": lambda p: p["customize"][0].update(scriptUri="https://example.org/a.sh"),
    "no script": lambda p: p["customize"][0].pop("inline"),
    "a checksum of an inline script": lambda p: p["customize"][0].update(sha256Checksum="0" * 64),
    "a checksum in upper case": lambda p: p["customize"].append(
        {
            "type": "File",
            "sourceUri": "https://example.org/a",
            "destination": "/tmp/a",
            "sha256Checksum": "A" * 64,
        }
    ),
    "SYSTEM without elevation": lambda p: p.update(
        customize=[{"type": "PowerShell", "inline": ["a"], "runAsSystem": True}]
    ),
    "a time-out that the service refuses": lambda p: p.update(buildTimeoutInMinutes=5),
    "a time-out beyond the limit": lambda p: p.update(buildTimeoutInMinutes=961),
    "a number as a text": lambda p: p.update(buildTimeoutInMinutes="60"),
    "a switch that is a boolean": lambda p: p.update(autoRun={"state": True}),
    "a shortened gallery image": lambda p: p["distribute"][0].update(galleryImageId="demo/web"),
    "a run output with a blank": lambda p: p["distribute"][0].update(runOutputName="my image"),
    "both ways to name regions": lambda p: p["distribute"][0].update(replicationRegions=["eastus"]),
    "storage beside the regions that have their own": lambda p: p["distribute"][0].update(
        storageAccountType="Standard_LRS"
    ),
    "versioning without a scheme": lambda p: p["distribute"][0].update(versioning={"major": 1}),
    "a subnet for containers alone": lambda p: p.update(
        vmProfile={"vnetConfig": {"containerInstanceSubnetId": f"{SUBNET}a"}}
    ),
    "a proxy beside a subnet for containers": lambda p: p.update(
        vmProfile={
            "vnetConfig": {
                "subnetId": f"{SUBNET}a",
                "containerInstanceSubnetId": f"{SUBNET}b",
                "proxyVmSize": "Standard_A1_v2",
            }
        }
    ),
    "an empty disk of no size": lambda p: p.update(additionalDataDisks=[{}]),
}

SOUND: dict[str, Callable[[dict[str, Any]], object]] = {
    "the template as it is": lambda p: p,
    "no step": lambda p: p.pop("customize"),
    "an empty field for the other way to give a script": lambda p: p["customize"][0].update(scriptUri=""),
    "no regions": lambda p: p["distribute"][0].update(targetRegions=[]),
    "the shortest time-out": lambda p: p.update(buildTimeoutInMinutes=6),
    "the default time-out": lambda p: p.update(buildTimeoutInMinutes=0),
    "a step as SYSTEM": lambda p: p.update(
        customize=[{"type": "PowerShell", "inline": ["a"], "runAsSystem": True, "runElevated": True}]
    ),
    "what the service answers": lambda p: p.update(provisioningState="Succeeded", lastRunStatus={}),
}

IN_A_DEPLOYMENT: dict[str, Callable[[dict[str, Any]], object]] = {
    "a number": lambda p: p.update(buildTimeoutInMinutes="[parameters('minutes')]"),
    "an object": lambda p: p.update(source="[parameters('source')]"),
    "an item": lambda p: p["customize"].append("[variables('step')]"),
    "an array": lambda p: p.update(distribute="[variables('targets')]"),
    "a word of a closed list": lambda p: p.update(autoRun={"state": "[parameters('auto')]"}),
    "the type of an item": lambda p: p["customize"][0].update(type="[parameters('type')]"),
    "a copy loop": lambda p: p.update(
        copy=[{"name": "distribute", "count": 2, "input": p.pop("distribute")[0]}]
    ),
}


def is_valid(schema: dict[str, Any], document: Any) -> bool:
    return bool(Draft202012Validator(schema).is_valid(document))


@pytest.fixture(scope="module")
def template_schema() -> dict[str, Any]:
    return json_schema.template_schema()


@pytest.fixture(scope="module")
def pipeline_schema() -> dict[str, Any]:
    return json_schema.pipeline_schema()


def deployment(resource: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [{"type": "Microsoft.Compute/galleries", "anything": 1}, resource],
    }


@pytest.mark.parametrize("kind", ["template", "pipeline"])
def test_the_copies_in_the_package_are_those_of_the_models(kind: str, checkout: Path) -> None:
    """Editors and people who do not run anything read the files; the models are what counts."""
    written = json.loads((checkout / "aib_airflow" / "schemas" / f"{kind}.schema.json").read_text("utf-8"))
    made = json_schema.template_schema() if kind == "template" else json_schema.pipeline_schema()
    assert written == made, f"write it anew: aib schema --{kind} > aib_airflow/schemas/{kind}.schema.json"


def test_they_are_json_schema(template_schema: dict[str, Any], pipeline_schema: dict[str, Any]) -> None:
    """Draft 2020-12, as they say."""
    for schema in (template_schema, pipeline_schema):
        assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_what_the_reader_refuses_the_schema_refuses(
    change: Callable[[dict[str, Any]], object], write: Callable[..., Path], template_schema: dict[str, Any]
) -> None:
    """An editor that is content with a template that has no DAG would mislead."""
    file = write(change)
    assert not read(file, mode="strict").ok
    assert not is_valid(template_schema, json.loads(file.read_text()))


@pytest.mark.parametrize("change", SOUND.values(), ids=SOUND)
def test_what_the_reader_accepts_the_schema_accepts(
    change: Callable[[dict[str, Any]], object], write: Callable[..., Path], template_schema: dict[str, Any]
) -> None:
    """An editor that complains about a sound template would be switched off."""
    file = write(change)
    assert read(file, mode="strict").errors == ()
    assert is_valid(template_schema, json.loads(file.read_text()))


@pytest.mark.parametrize("change", IN_A_DEPLOYMENT.values(), ids=IN_A_DEPLOYMENT)
def test_an_expression_may_stand_for_any_value(
    change: Callable[[dict[str, Any]], object], write: Callable[..., Path], template_schema: dict[str, Any]
) -> None:
    """Numbers, objects, items, types: whatever ARM can compute."""
    resource = json.loads(write(change).read_text())
    assert is_valid(template_schema, deployment(resource))


def test_a_text_in_double_brackets_is_no_expression(
    write: Callable[..., Path], template_schema: dict[str, Any]
) -> None:
    """ARM's escape: the value begins with one bracket then, and is judged as a value."""
    resource = json.loads(write(lambda p: p.update(buildTimeoutInMinutes="[[6]")).read_text())
    assert not is_valid(template_schema, deployment(resource))


@pytest.mark.parametrize("form", ["array", "object", "nested"])
def test_an_image_template_is_found_in_every_deployment(
    form: str, write: Callable[..., Path], template_schema: dict[str, Any]
) -> None:
    """Resources in an array, in an object (languageVersion 2.0), and in a nested deployment."""

    def wrapped(resource: dict[str, Any]) -> dict[str, Any]:
        if form == "array":
            return deployment(resource)
        if form == "object":
            return {"languageVersion": "2.0", "resources": {"image": resource}}
        inner = {"type": "Microsoft.Resources/deployments", "properties": {"template": deployment(resource)}}
        return {"resources": [inner]}

    resource = json.loads(write().read_text())
    broken = copy.deepcopy(resource)
    broken["properties"]["vmprofile"] = {}
    assert is_valid(template_schema, wrapped(resource))
    assert not is_valid(template_schema, wrapped(broken))


@pytest.mark.parametrize(
    "text",
    [
        "template: web.json",
        "template: web.json\nschedule: {cron: '0 3 * * 2', timezone: Europe/Berlin}\nbuild: {retries: 0}",
        "template: '{{ name }}.json'\nvariables: {name: web}\nbuild: {retries: '{{ 1 + 1 }}'}",
        "template: web.json\nrebuild_when: [source_changed, packages_changed]\nafter: [base]",
        "template: web.json\nrebuild_when: always\nafter: base",
        "template: web.json\nrollout: {waves: [[westus2], [eastus]], bake: 30m}\nretain: {keep: 5}",
    ],
)
def test_a_sound_pipeline_file_passes(text: str, pipeline_schema: dict[str, Any]) -> None:
    """What README and the architecture show, and a Jinja2 expression in place of a value."""
    assert list(Draft202012Validator(pipeline_schema).iter_errors(yaml.safe_load(text))) == []


def test_a_template_may_be_written_into_a_pipeline_file(
    write: Callable[..., Path], pipeline_schema: dict[str, Any]
) -> None:
    """Its fields are judged as in a template; beside `template` they have no place."""
    inline = json.loads(write().read_text()) | {"build": {"retries": 1}}
    assert is_valid(pipeline_schema, inline)
    assert not is_valid(pipeline_schema, inline | {"template": "web.json"})
    inline["properties"]["vmprofile"] = {}
    assert not is_valid(pipeline_schema, inline)


@pytest.mark.parametrize(
    "text",
    [
        "schedule: {cron: '0 3 * * 2'}",
        "template: web.json\nschedul: {}",
        "template: web.json\nschedule: {timezone: UTC}",
        "template: web.json\nbuild: {retries: 11}",
        "template: web.json\nbuild: {retries: two}",
        "template: web.json\nretain: {keep: 0}",
    ],
)
def test_a_broken_pipeline_file_fails(text: str, pipeline_schema: dict[str, Any]) -> None:
    """No template, a misspelt section, a missing field, a limit, a wrong kind."""
    assert not is_valid(pipeline_schema, yaml.safe_load(text))


def test_every_object_is_closed_and_every_field_is_explained(template_schema: dict[str, Any]) -> None:
    """What an editor shows beside a field is never empty."""
    objects = {
        name: each for name, each in template_schema["$defs"].items() if "additionalProperties" in each
    }
    assert len(objects) > 20
    for name, each in objects.items():
        assert each["additionalProperties"] is False, name
        unexplained = [field for field, shown in each["properties"].items() if not shown.get("description")]
        assert set(unexplained) <= set(json_schema._DEPLOYMENT_FIELDS) | {"copy"}, name


def test_a_field_says_since_when_it_is_there(template_schema: dict[str, Any]) -> None:
    """The API version that brought it, for whoever deploys with an older one."""
    properties = template_schema["$defs"]["ImageTemplateProperties"]["properties"]
    assert properties["autoRun"]["x-since"] == "2024-02-01"
    assert "x-since" not in properties["source"]


def test_a_field_without_a_text_is_a_fault_of_ours() -> None:
    """A model is not published before somebody said what its fields mean."""

    class Silent(AibModel):
        field: int

    with pytest.raises(LookupError, match=r"Silent\.field"):
        json_schema.model_schema(Silent)


def test_an_inherited_field_is_explained_by_its_own_class() -> None:
    """Shell and PowerShell share what is said of `inline`."""
    assert json_schema.field_text(PowerShellStep, "inline").startswith("The script's lines")
