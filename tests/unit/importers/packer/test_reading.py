"""Files, folders, values for variables, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aib_airflow.importers.packer.importing import import_packer
from aib_airflow.template import TemplateError

SOURCE = """
source "azure-arm" "web" {
  location        = var.region
  image_publisher = "Canonical"
  image_offer     = "ubuntu"
  image_sku       = "server"
}
"""
BUILD = 'build {\n  sources = ["azure-arm.web"]\n  provisioner "shell" {\n    inline = ["true"]\n  }\n}\n'
REGION = 'variable "region" { default = "westus2" }\n'


def test_a_folder_is_one_template(packer: Any) -> None:
    """All of its *.pkr.hcl files together, and its *.auto.pkrvars.hcl."""
    packer.write("source.pkr.hcl", SOURCE)
    packer.write("build.pkr.hcl", BUILD)
    packer.write("variables.pkr.hcl", REGION)
    packer.write("here.auto.pkrvars.hcl", 'region = "eastus"\n')
    template = import_packer([packer.folder]).template
    assert template["parameters"]["region"] == {"type": "string", "defaultValue": "eastus"}
    assert template["resources"][0]["properties"]["customize"] == [{"type": "Shell", "inline": ["true"]}]


def test_a_build_alone_asks_for_its_source(packer: Any) -> None:
    """It is in another file of the folder."""
    path = packer.write("build.pkr.hcl", BUILD)
    with pytest.raises(TemplateError, match=r"build.pkr.hcl:1:1: .*azure-arm.web is not in this file; name"):
        import_packer([path])


def test_several_files_are_one_template(packer: Any) -> None:
    """As the folder that holds them."""
    paths = [packer.write("source.pkr.hcl", SOURCE), packer.write("build.pkr.hcl", BUILD)]
    assert import_packer(paths).template["resources"][0]["properties"]["customize"]


def test_values_win_over_files_and_files_over_defaults(packer: Any) -> None:
    """As with Packer: -var, then -var-file, then the default."""
    path = packer.write("web.pkr.hcl", SOURCE + BUILD + REGION)
    hcl = packer.write("prod.pkrvars.hcl", 'region = "eastus"\n')
    in_json = packer.write("prod.json", json.dumps({"region": "uksouth"}))
    regions = [
        import_packer([path], value_files=[hcl]),
        import_packer([path], value_files=[hcl, in_json]),
        import_packer([path], {"region": "francecentral"}, [hcl]),
    ]
    assert [each.template["parameters"]["region"]["defaultValue"] for each in regions] == [
        "eastus",
        "uksouth",
        "francecentral",
    ]


def test_a_value_is_read_as_its_variables_type(packer: Any) -> None:
    """Packer reads -var as HCL2 where the variable is no text."""
    text = SOURCE + BUILD.replace('"true"', '"${var.n} ${var.b} ${var.l[0]}"') + REGION
    text += (
        'variable "n" { type = number }\nvariable "b" { type = bool }\nvariable "l" { type = list(string) }\n'
    )
    values = {"n": "3", "b": "true", "l": '["x"]'}
    parameters = import_packer([packer.write("web.pkr.hcl", text)], values).template["parameters"]
    assert [parameters[name]["defaultValue"] for name in "nbl"] == [3, True, ["x"]]


def test_several_sources_are_several_image_templates(packer: Any) -> None:
    """In one deployment; one can be chosen, and sources of other clouds are reported."""
    text = SOURCE.replace("var.region", '"westus2"')
    text += text.replace('"web"', '"db"') + 'source "amazon-ebs" "web" {}\n'
    path = packer.write("web.pkr.hcl", text)
    both = import_packer([path])
    assert [each["name"] for each in both.template["resources"]] == ["web", "db"]
    assert any("amazon-ebs" in note.message for note in both.notes)
    one = import_packer([path], source="db")
    assert [each["name"] for each in one.template["resources"]] == ["db"]
    with pytest.raises(
        TemplateError, match=r"there is no source 'no'; there are: azure-arm\.web, azure-arm\.db"
    ):
        import_packer([path], source="no")


def test_settings_in_a_build_are_put_over_the_source(packer: Any) -> None:
    """A source may be used with other settings."""
    build = 'build {\n  source "source.azure-arm.web" {\n    location = "eastus"\n  }\n}\n'
    template = import_packer([packer.write("web.pkr.hcl", SOURCE + REGION + build)]).template
    assert template["resources"][0]["location"] == "eastus"


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.pkr.hcl", 'source "azure-arm" "x" {\n  location = \n}\n', "a.pkr.hcl:2:"),
        ("a.pkr.hcl", 'source "azure-arm" "x" {\n  tags = ["a"\n}\n', "a.pkr.hcl:3:"),
        ("a.pkr.hcl", 'a = "x\n', "a.pkr.hcl:1:"),
        ("a.pkr.hcl", "a = " + "[" * 3000 + "]" * 3000 + "\n", "a.pkr.hcl:"),
        ("a.json", '{"builders": [}', "a.json:1:15:"),
        ("a.json", '{"builders": {}}', "a.json:1:2: builders: expected a list"),
        ("a.json", '{"builders": ["x"]}', "a.json:1:15: builders[0]: expected an object"),
        ("a.json", '{"builders": [{"type": "amazon-ebs"}]}', "a.json:1:15: .*no azure-arm source"),
        ("a.json", '{"variables": {}}', "a.json:1:1: there is no azure-arm source"),
        ("a.json", '{"variables": ["x"]}', "a.json:1:2: variables: expected an object"),
        (
            "a.json",
            '{"post-processors": {"a": 1}, "builders": []}',
            "a.json:1:2: post-processors: expected a list",
        ),
        ("a.json", "[]", "a.json:1:1"),
        ("a.pkr.json", '{"source": {"azure-arm": {}}}', "a.pkr.json:1:2: source: HCL2 in JSON's clothes"),
        (
            "a.json",
            '{"builders": [{"type": "azure-arm", "spot": 1}]}',
            "builders[0].spot: expected an object",
        ),
        ("a.pkr.hcl", "", "there is no azure-arm source"),
        ("a.pkr.hcl", SOURCE + SOURCE, "a.pkr.hcl:9:1: .*two sources 'azure-arm.web'"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(packer: Any, name: str, text: str, place: str) -> None:
    """Malformed files, and files without anything of Azure."""
    with pytest.raises(TemplateError) as refused:
        import_packer([packer.write(name, text)])
    head, _, tail = place.partition(".*")
    assert head in str(refused.value)
    assert tail in str(refused.value)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """There is nothing to read."""
    with pytest.raises(TemplateError, match="no Packer template"):
        import_packer([tmp_path])


@pytest.mark.parametrize(
    "settings",
    [
        {"azure_tags": ["x"]},
        {"os_disk_size_gb": {"a": 1}},
        {"location": 5},
        {"location": ["x"]},
        {"plan_info": None},
        {"user_assigned_managed_identities": 7},
        {"virtual_network_name": {}},
        {"name": 5},
    ],
)
def test_a_setting_of_another_type_is_no_traceback(packer: Any, settings: dict[str, Any]) -> None:
    """It is carried as it is, for `aib validate` to judge."""
    assert packer.json(builder=settings).template["resources"]


@pytest.mark.parametrize("kind", ["shell", "powershell", "file", "windows-restart", "windows-update"])
@pytest.mark.parametrize(
    "settings",
    [
        {"inline": 5, "source": 5, "destination": 5, "environment_vars": 5, "filters": 5},
        {"inline": {"a": 1}, "source": {"a": 1}, "destination": ["x"], "update_limit": "many"},
        {"only": [["x"]], "except": {"a": 1}, "inline": ["x"], "source": "x"},
        {"inline": [["a"]], "scripts": [1], "sources": [None], "override": 3, "only": "x", "pause_before": 4},
        {"script": "/", "source": "/", "destination": "", "execute_command": ["x"], "elevated_user": []},
    ],
)
def test_a_provisioner_of_another_shape_is_no_traceback(
    packer: Any, kind: str, settings: dict[str, Any]
) -> None:
    """Whatever stands there."""
    assert packer.json({"type": kind} | settings).template["resources"]
