"""The image that a builder begins with."""

from __future__ import annotations

from typing import Any

import pytest

SUBSCRIPTION = "/subscriptions/11111111-2222-3333-4444-555555555555"
GALLERY = "/resourceGroups/shared/providers/Microsoft.Compute/galleries/corp/images/base/versions/"
NO_MARKETPLACE = {"image_publisher": None, "image_offer": None, "image_sku": None}


def test_a_marketplace_image_is_a_platform_image(packer: Any, properties: Any) -> None:
    """Publisher, offer and sku; the version is the newest unless it is said."""
    assert properties(packer.json())["source"] == {
        "type": "PlatformImage",
        "publisher": "Canonical",
        "offer": "ubuntu-24_04-lts",
        "sku": "server",
        "version": "latest",
    }


def test_a_plan_goes_with_a_marketplace_image(packer: Any, properties: Any, notes: Any) -> None:
    """Name, product and publisher; a promotion code has no word."""
    plan = {"plan_name": "p", "plan_product": "o", "plan_publisher": "b", "plan_promotion_code": "free"}
    imported = packer.json(builder={"plan_info": plan})
    assert properties(imported)["source"]["planInfo"] == {
        "planName": "p",
        "planProduct": "o",
        "planPublisher": "b",
    }
    assert notes(imported)["plan_promotion_code"].startswith("left out")


def test_a_custom_image_is_a_managed_image(packer: Any, properties: Any) -> None:
    """Its id is put together from its name and group."""
    custom = {"custom_managed_image_name": "base", "custom_managed_image_resource_group_name": "old"}
    assert properties(packer.json(builder=NO_MARKETPLACE | custom))["source"] == {
        "type": "ManagedImage",
        "imageId": f"{SUBSCRIPTION}/resourceGroups/old/providers/Microsoft.Compute/images/base",
    }


@pytest.mark.parametrize(("version", "last"), [({"image_version": "1.2.3"}, "1.2.3"), ({}, "latest")])
def test_a_gallery_image_is_a_version(
    packer: Any, properties: Any, version: dict[str, str], last: str
) -> None:
    """Without a version it is the newest, and without a subscription the builder's."""
    gallery = {"resource_group": "shared", "gallery_name": "corp", "image_name": "base"} | version
    imported = packer.json(builder=NO_MARKETPLACE | {"shared_image_gallery": gallery})
    assert properties(imported)["source"] == {
        "type": "SharedImageVersion",
        "imageVersionId": SUBSCRIPTION + GALLERY + last,
    }


@pytest.mark.parametrize("setting", ["image_url", "none"])
def test_a_source_that_cannot_be_read_is_asked_for(
    packer: Any, properties: Any, notes: Any, setting: str
) -> None:
    """A VHD, or nothing: a parameter without a default, and a note."""
    imported = packer.json(builder=NO_MARKETPLACE | {setting: "https://example.com/base.vhd"})
    assert properties(imported)["source"] == {
        "type": "ManagedImage",
        "imageId": "[parameters('sourceImageId')]",
    }
    assert "defaultValue" not in imported.template["parameters"]["sourceImageId"]
    assert any("sourceImageId" in message for message in notes(imported).values())


@pytest.mark.parametrize("setting", ["community_gallery_image_id", "direct_shared_gallery_image_id"])
def test_other_peoples_galleries_are_asked_for(
    packer: Any, properties: Any, notes: Any, setting: str
) -> None:
    """Image Builder reads versions of one's own galleries."""
    imported = packer.json(
        builder=NO_MARKETPLACE | {"shared_image_gallery": {setting: "/CommunityGalleries/x"}}
    )
    assert properties(imported)["source"]["imageVersionId"] == "[parameters('sourceImageVersionId')]"
    assert notes(imported)[setting].startswith("changed")


def test_an_empty_default_of_what_must_be_given_is_none(packer: Any, properties: Any) -> None:
    """JSON templates write "" where HCL2 writes no default."""
    imported = packer.json(builder={"image_publisher": "{{user `publisher`}}"}, variables={"publisher": ""})
    assert properties(imported)["source"]["publisher"] == "[parameters('publisher')]"
    assert imported.template["parameters"]["publisher"] == {"type": "string"}
