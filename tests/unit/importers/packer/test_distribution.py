"""Where the image goes."""

from __future__ import annotations

from typing import Any

import pytest

SUBSCRIPTION = "/subscriptions/11111111-2222-3333-4444-555555555555"
IMAGE = f"{SUBSCRIPTION}/resourceGroups/shared/providers/Microsoft.Compute/galleries/corp/images/web"
NO_IMAGE = {"managed_image_name": None, "managed_image_resource_group_name": None}
DESTINATION = {"resource_group": "shared", "gallery_name": "corp", "image_name": "web"}


def destination(**settings: Any) -> dict[str, Any]:
    return NO_IMAGE | {"shared_image_gallery_destination": DESTINATION | settings}


def test_a_managed_image_is_made_in_the_builds_region(packer: Any, properties: Any) -> None:
    """Its id is put together from its name and group."""
    assert properties(packer.json())["distribute"] == [
        {
            "type": "ManagedImage",
            "runOutputName": "web-image",
            "imageId": f"{SUBSCRIPTION}/resourceGroups/images/providers/Microsoft.Compute/images/web",
            "location": "westus2",
        }
    ]


def test_a_gallery_version_keeps_its_number_regions_and_storage(packer: Any, properties: Any) -> None:
    """Packer adds the build's own region, and so does the template; replicas and storage are each region's."""
    builder = destination(
        image_version="1.2.3", replication_regions=["East US"], storage_account_type="Standard_ZRS"
    ) | {"shared_image_gallery_replica_count": 2, "shared_gallery_image_version_exclude_from_latest": "true"}
    common = {"replicaCount": 2, "storageAccountType": "Standard_ZRS"}
    assert properties(packer.json(builder=builder))["distribute"] == [
        {
            "type": "SharedImage",
            "runOutputName": "web-gallery",
            "galleryImageId": f"{IMAGE}/versions/1.2.3",
            "targetRegions": [{"name": "westus2"} | common, {"name": "East US"} | common],
            "excludeFromLatest": True,
        }
    ]


@pytest.mark.parametrize("written", ["westus2", "West US 2", "WestUS2"])
def test_the_builds_region_is_named_once(packer: Any, properties: Any, written: str) -> None:
    """However it is spelled."""
    [target] = properties(packer.json(builder=destination(replication_regions=[written])))["distribute"]
    assert target["targetRegions"] == [{"name": written}]


def test_target_regions_keep_their_own_replicas(packer: Any, properties: Any) -> None:
    """HCL2's newer blocks."""
    imported = packer.source(
        """
          managed_image_name = null
          shared_image_gallery_destination {
            resource_group = "shared"
            gallery_name   = "corp"
            image_name     = "web"
            target_region {
              name     = "westus2"
              replicas = 3
            }
            target_region { name = "eastus" }
          }
        """
    )
    [target] = properties(imported)["distribute"]
    assert target["targetRegions"] == [{"name": "westus2", "replicaCount": 3}, {"name": "eastus"}]


def test_regions_that_are_one_parameter_stay_one(packer: Any, properties: Any, notes: Any) -> None:
    """Only the older field takes a list that is not known; JSON's lists are texts with commas."""
    imported = packer.json(
        builder=destination(replication_regions="{{user `regions`}}"), variables={"regions": None}
    )
    [target] = properties(imported)["distribute"]
    assert target["replicationRegions"] == "[split(parameters('regions'), ',')]"
    assert "targetRegions" not in target
    assert notes(imported)["replication_regions"].startswith("changed")


@pytest.mark.parametrize("version", ["latest", "{{timestamp}}"])
def test_a_version_that_is_no_number_is_counted(
    packer: Any, properties: Any, notes: Any, version: str
) -> None:
    """The engine gives the next number."""
    imported = packer.json(builder=destination(image_version=version))
    assert properties(imported)["distribute"][0]["galleryImageId"] == IMAGE
    assert notes(imported)["image_version"].startswith("changed")


def test_a_shallow_version_needs_the_newer_api(packer: Any, resource: Any) -> None:
    """replicationMode is there since 2025-10-01."""
    found = resource(packer.json(builder=destination(use_shallow_replication=True)))
    assert found["apiVersion"] == "2025-10-01"
    assert found["properties"]["distribute"][0]["replicationMode"] == "Shallow"


def test_a_captured_vhd_is_a_vhd(packer: Any, properties: Any) -> None:
    """Account, container and prefix are the blob's address."""
    capture = {"storage_account": "acc", "capture_container_name": "vhds", "capture_name_prefix": "web"}
    imported = packer.json(builder=NO_IMAGE | capture)
    assert properties(imported)["distribute"] == [
        {"type": "VHD", "runOutputName": "web-vhd", "uri": "https://acc.blob.core.windows.net/vhds/web.vhd"}
    ]


def test_outputs_are_combined(packer: Any, properties: Any, notes: Any) -> None:
    """Both are made, as Packer does, and a note says that one may be left over."""
    imported = packer.json(builder={"shared_image_gallery_destination": DESTINATION})
    assert [each["type"] for each in properties(imported)["distribute"]] == ["SharedImage", "ManagedImage"]
    assert any("both a gallery version" in message for message in notes(imported).values())


def test_an_image_without_a_destination_is_asked_for_one(packer: Any, properties: Any, notes: Any) -> None:
    """A template must distribute; a parameter says where to."""
    imported = packer.json(builder=NO_IMAGE)
    [target] = properties(imported)["distribute"]
    assert target["galleryImageId"] == "[parameters('galleryImageId')]"
    assert any("galleryImageId" in message for message in notes(imported).values())


def test_what_a_gallery_version_has_no_word_for_is_reported(packer: Any, notes: Any) -> None:
    """Specialized images, encryption of regions."""
    said = notes(packer.json(builder=destination(specialized=True)))
    assert said["specialized"].startswith("left out")
