"""The build machine, its network, groups and tags, and settings without a word."""

from __future__ import annotations

from typing import Any

import pytest

SUBSCRIPTION = "/subscriptions/11111111-2222-3333-4444-555555555555"
NETWORK = "/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/corp/subnets/build"


def test_size_disk_and_identities_are_the_vm_profile(packer: Any, properties: Any) -> None:
    """Numbers may be texts in JSON."""
    identity = f"{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
    settings = {
        "vm_size": "Standard_D2s_v5",
        "os_disk_size_gb": "64",
        "user_assigned_managed_identities": [identity],
    }
    assert properties(packer.json(builder=settings))["vmProfile"] == {
        "vmSize": "Standard_D2s_v5",
        "osDiskSizeGB": 64,
        "userAssignedIdentities": [identity],
    }


def test_a_network_is_a_subnet(packer: Any, properties: Any) -> None:
    """Network, subnet and group are one resource id."""
    settings = {
        "virtual_network_name": "corp",
        "virtual_network_subnet_name": "build",
        "virtual_network_resource_group_name": "net",
    }
    profile = properties(packer.json(builder=settings))["vmProfile"]
    assert profile["vnetConfig"] == {"subnetId": SUBSCRIPTION + NETWORK}


def test_a_network_that_packer_looks_up_is_asked_for(packer: Any, properties: Any, notes: Any) -> None:
    """Nothing is looked up here."""
    imported = packer.json(builder={"virtual_network_name": "corp"})
    profile = properties(imported)["vmProfile"]
    assert profile["vnetConfig"] == {"subnetId": "[parameters('subnetId')]"}
    assert notes(imported)["virtual_network_name"].startswith("changed")


def test_the_builds_group_is_the_staging_group(packer: Any, resource: Any, notes: Any) -> None:
    """Its region is not known, so that a parameter asks for one."""
    imported = packer.json(builder={"location": None, "build_resource_group_name": "staging"})
    found = resource(imported)
    assert found["properties"]["stagingResourceGroup"] == f"{SUBSCRIPTION}/resourceGroups/staging"
    assert found["location"] == "[parameters('buildLocation')]"
    assert notes(imported)["build_resource_group_name"].startswith("changed")


def test_tags_are_on_everything_that_is_made(packer: Any, resource: Any) -> None:
    """Template, build and image have them; they are written once."""
    imported = packer.json(builder={"azure_tags": {"team": "web"}})
    found = resource(imported)
    assert imported.template["variables"] == {"tags": {"team": "web"}}
    assert found["tags"] == found["properties"]["managedResourceTags"] == "[variables('tags')]"
    assert found["properties"]["distribute"][0]["artifactTags"] == "[variables('tags')]"


def test_a_dynamic_block_of_tags_is_its_map(packer: Any, resource: Any) -> None:
    """`dynamic "azure_tag"` over a map gives each pair as a tag: the map is the tags."""
    imported = packer.source(
        """
          dynamic "azure_tag" {
            for_each = var.tags
            content {
              name  = azure_tag.key
              value = azure_tag.value
            }
          }
        """,
        rest='variable "tags" {\n  type = map(string)\n  default = { team = "web" }\n}\n',
    )
    assert resource(imported)["tags"] == "[parameters('tags')]"
    assert imported.template["parameters"]["tags"] == {"type": "object", "defaultValue": {"team": "web"}}


def test_data_disks_need_the_newer_api(packer: Any, resource: Any) -> None:
    """additionalDataDisks are there since 2025-10-01."""
    found = resource(packer.json(builder={"disk_additional_size": [10, 20]}))
    assert found["properties"]["additionalDataDisks"] == [{"sizeGB": 10}, {"sizeGB": 20}]
    assert found["apiVersion"] == "2025-10-01"


@pytest.mark.parametrize(
    ("setting", "value", "kind"),
    [
        ("client_secret", "{{env `SECRET`}}", "not needed: the connection logs in"),
        ("use_azure_cli_auth", True, "not needed: the connection logs in"),
        ("winrm_username", "packer", "not needed"),
        ("temp_resource_group_name", "temp", "not needed"),
        ("os_type", "Linux", "not needed"),
        ("keep_os_disk", True, "left out"),
        ("skip_create_image", True, "left out"),
        ("allowed_inbound_ip_addresses", ["10.0.0.1"], "left out"),
        ("never_heard_of", 1, "left out: no word for never_heard_of"),
    ],
)
def test_a_setting_without_a_word_is_reported(
    packer: Any, notes: Any, setting: str, value: Any, kind: str
) -> None:
    """Each with its reason; a setting that nobody knows is no exception."""
    assert notes(packer.json(builder={setting: value}))[setting].startswith(kind)


def test_a_note_names_the_line(packer: Any) -> None:
    """The report leads to where the setting stands."""
    imported = packer.source("  keep_os_disk = true")
    [note] = [note for note in imported.notes if note.place.path.endswith("keep_os_disk")]
    text = note.place.file.read_text().splitlines()[note.place.line - 1]
    assert text.strip() == "keep_os_disk = true"
    assert text[note.place.column - 1 :].startswith("keep_os_disk")


def test_no_secret_reaches_the_template(packer: Any) -> None:
    """Neither a builder's login, nor the default of a sensitive variable that a script needs."""
    imported = packer.json(
        {"type": "shell", "inline": ["join {{user `domain_password`}} {{user `licence`}}"]},
        builder={"client_secret": "hunter2"},
        variables={"domain_password": "hunter3", "licence": "hunter4"},
        **{"sensitive-variables": ["licence"]},
    )
    assert "hunter" not in str(imported.template)
    assert imported.template["parameters"] == {
        "domain_password": {"type": "securestring"},
        "licence": {"type": "securestring"},
    }
