"""The image that a builder begins with, as the template's `source`."""

from __future__ import annotations

from typing import Any

from aib_airflow.importers.packer.arm_literals import as_value
from aib_airflow.importers.packer.document import Block
from aib_airflow.importers.packer.ids import resource_id
from aib_airflow.importers.packer.options import Options

_VERSION = "Microsoft.Compute/galleries/images/versions"


def image_source(options: Options) -> dict[str, Any]:
    """Return `source`; where Image Builder cannot read Packer's, a parameter asks for one that it can."""
    gallery = next(options.block.named("shared_image_gallery"), None)
    if options.has("custom_managed_image_name"):
        return _managed_image(options)
    if gallery is not None:
        return _gallery_image(options, gallery)
    if options.has("image_publisher") or "image_publisher" in options.block.settings:
        return _marketplace_image(options)
    return _unreadable(options)


def _marketplace_image(options: Options) -> dict[str, Any]:
    source = {"type": "PlatformImage"}
    for name in ("publisher", "offer", "sku"):
        source[name] = as_value(options.required(f"image_{name}", f"{name} of the marketplace image"))
    source["version"] = options.write("image_version") or "latest"
    plan = next(options.block.named("plan_info"), None)
    return source if plan is None else source | _plan(Options(plan, options.writer))


def _plan(plan: Options) -> dict[str, Any]:
    words = {"planName": "plan_name", "planProduct": "plan_product", "planPublisher": "plan_publisher"}
    written = {name: plan.write(setting) for name, setting in words.items()}
    promotion = plan.take("plan_promotion_code")
    if promotion:
        plan.writer.report.left_out(promotion.place, "a template has no word for a promotion code")
    return {"planInfo": written} if all(written.values()) else {}


def _managed_image(options: Options) -> dict[str, Any]:
    name = options.expression("custom_managed_image_name") or ""
    group = options.required(
        "custom_managed_image_resource_group_name",
        "Resource group of the source image",
        "sourceResourceGroup",
    )
    image = resource_id(options.subscription(), group, "Microsoft.Compute/images", name)
    return {"type": "ManagedImage", "imageId": image}


def _gallery_image(options: Options, block: Block) -> dict[str, Any]:
    inner = Options(block, options.writer)
    if inner.has("id"):
        return {"type": "SharedImageVersion", "imageVersionId": inner.write("id")}
    for name in ("community_gallery_image_id", "direct_shared_gallery_image_id"):
        setting = inner.take(name)
        if setting:
            asked = options.writer.ask("sourceImageVersionId", "Resource id of a gallery image version")
            options.writer.report.changed(
                setting.place,
                f"Image Builder reads no {name}; parameter 'sourceImageVersionId' stands for the source",
                "copy the image into a gallery of your own, and give that version's resource id",
            )
            return {"type": "SharedImageVersion", "imageVersionId": f"[{asked}]"}
    return {"type": "SharedImageVersion", "imageVersionId": _version_id(options, inner)}


def _version_id(options: Options, inner: Options) -> str:
    subscription = inner.expression("subscription") or options.subscription()
    group = inner.required("resource_group", "Resource group of the source image", "sourceResourceGroup")
    gallery = inner.required("gallery_name", "Gallery of the source image", "sourceGallery")
    image = inner.required("image_name", "Image definition of the source image", "sourceImage")
    return resource_id(
        subscription, group, _VERSION, gallery, image, inner.expression("image_version") or "'latest'"
    )


def _unreadable(options: Options) -> dict[str, Any]:
    asked = options.writer.ask("sourceImageId", "Resource id of the managed image to begin with")
    setting = options.take("image_url")
    if setting:
        message = "Image Builder does not begin with a VHD; parameter 'sourceImageId' stands for the source"
        fix = "make a managed image of the VHD, and give its resource id"
    else:
        message = "nothing says which image to begin with; parameter 'sourceImageId' stands for it"
        fix = "give the resource id of a managed image"
    options.writer.report.changed(setting.place if setting else options.block.place, message, fix)
    return {"type": "ManagedImage", "imageId": f"[{asked}]"}
