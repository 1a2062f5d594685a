"""What the demo builds: template, parameters, DAG folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aib_airflow import params
from aib_airflow.cli.demo.target import KEEP_ON_FAILURE, OWN_FIELDS, DemoTemplate
from aib_airflow.cli.demo.work import WorkFolder
from aib_airflow.cli.errors import UsageError

DEFINITION = "/subscriptions/s-1/resourceGroups/images/providers/Microsoft.Compute/galleries/lab/images/web"


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A deployment template with a parameter of each kind that matters."""
    resource = {
        "type": "Microsoft.VirtualMachineImages/imageTemplates",
        "apiVersion": "2024-02-01",
        "name": "web",
        "location": "West US 2",
        "properties": {
            "source": {
                "type": "PlatformImage",
                "publisher": "Debian",
                "offer": "debian-12",
                "sku": "12-gen2",
            },
            "customize": [{"type": "Shell", "inline": ["[parameters('greeting')]"]}],
            "distribute": [{"type": "SharedImage", "runOutputName": "web", "galleryImageId": DEFINITION}],
            "buildTimeoutInMinutes": "[parameters('minutes')]",
        },
    }
    document = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {
            "greeting": {"type": "string", "defaultValue": "hello"},
            "minutes": {"type": "int", "defaultValue": 60},
            "regions": {"type": "string", "defaultValue": "unused"},
        },
        "resources": [resource],
    }
    file = tmp_path / "web.json"
    file.write_text(json.dumps(document))
    return file


def test_the_names_of_our_own_fields_are_those_of_the_form() -> None:
    """They are written twice, so that the demo's process need not import Airflow."""
    assert params.KEEP_ON_FAILURE == KEEP_ON_FAILURE
    assert {name for name in OWN_FIELDS if params.form_name(name) != name} == OWN_FIELDS
    assert params.form_name("greeting") == "greeting"


def test_a_value_has_the_type_that_the_template_declares(template: Path) -> None:
    """`3` is a number for a number and a text for a text."""
    loaded = DemoTemplate.load(template, {"greeting": "3", "minutes": "30"})
    assert loaded.parameters == {"greeting": "3", "minutes": 30}
    assert loaded.plan.build_timeout_s == 1800


def test_a_parameter_that_is_named_like_a_field_of_ours_does_not_hide_it(template: Path) -> None:
    """The trigger form calls it `template_regions`."""
    loaded = DemoTemplate.load(template, {"regions": "x"})
    assert loaded.run_conf(keep_on_failure=True) == {"template_regions": "x", "keep_on_failure": True}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"colour": "red"}, "--param colour: there is no such parameter"),
        ({"minutes": "soon"}, "--param minutes=soon"),
    ],
)
def test_a_wrong_parameter_is_wrong_use(template: Path, given: dict[str, str], complaint: str) -> None:
    """It is named, with what there is."""
    with pytest.raises(UsageError, match=complaint):
        DemoTemplate.load(template, given)


def test_a_template_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    """Before anything is started."""
    with pytest.raises(UsageError, match="there is no such template"):
        DemoTemplate.load(tmp_path / "absent.json", {})


def test_the_emulator_serves_the_subscription_of_the_template(template: Path) -> None:
    """Any template runs, whatever subscription its ids name."""
    loaded = DemoTemplate.load(template, {})
    assert loaded.subscription_id == "s-1"
    assert [str(definition) for definition in loaded.definitions] == [DEFINITION]
    assert loaded.location == "westus2"


def test_a_template_from_elsewhere_gets_a_loader_of_its_own(template: Path, tmp_path: Path) -> None:
    """It is loaded where it lies: relative scripts are beside it."""
    folder = DemoTemplate.load(template, {}).dags_folder(WorkFolder(tmp_path / "work"))
    assert str(template) in (folder / "template.py").read_text()


def test_the_checkouts_own_template_comes_with_the_checkouts_dags(checkout: Path, tmp_path: Path) -> None:
    """The demo shows what a user's own folder does."""
    loaded = DemoTemplate.load(None, {})
    assert loaded.dag_id == "debian12_baseline"
    assert loaded.dags_folder(WorkFolder(tmp_path)) == checkout / "dags"
