"""What a builder makes of the machine, as the template's `distribute`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from aib_airflow.importers.packer.document import Setting
from aib_airflow.importers.packer.ids import resource_id
from aib_airflow.importers.packer.nodes import Items, Literal, Node, make_text
from aib_airflow.importers.packer.options import Options
from aib_airflow.importers.packer.scope import RunValueError, UnknownValueError

_GALLERY_IMAGE = "Microsoft.Compute/galleries/images"


def distributors(options: Options, name: str, location: Any) -> list[dict[str, Any]]:
    """Return the targets: gallery versions, a managed image, a VHD. `name` begins their runOutputNames."""
    targets = [
        *_gallery_versions(options, name, location),
        *_managed_images(options, name, location),
        *_vhds(options, name),
    ]
    if len({target["type"] for target in targets} & {"SharedImage", "ManagedImage"}) == 2:
        options.writer.report.changed(
            options.block.place,
            "both a gallery version and a managed image are made; Packer could need the one for the other",
            "remove the ManagedImage from `distribute` if nobody uses it",
        )
    return targets or [_asked_for(options, name, location)]


def _gallery_versions(options: Options, name: str, location: Any) -> Iterator[dict[str, Any]]:
    common = {
        "replica_count": options.integer("shared_image_gallery_replica_count"),
        "exclude": options.flag("shared_gallery_image_version_exclude_from_latest"),
    }
    for number, block in enumerate(options.block.named("shared_image_gallery_destination"), start=1):
        inner = Options(block, options.writer)
        yield {
            "type": "SharedImage",
            "runOutputName": f"{name}-gallery" + (f"-{number}" if number > 1 else ""),
            "galleryImageId": _gallery_image_id(options, inner),
            **_regions(inner, options, location, common["replica_count"]),
            **({"excludeFromLatest": True} if common["exclude"] else {}),
            **({"replicationMode": "Shallow"} if inner.flag("use_shallow_replication") else {}),
        }
        _report_rest(inner)


def _gallery_image_id(options: Options, inner: Options) -> str:
    subscription = inner.expression("subscription") or options.subscription()
    group = inner.required("resource_group", "Resource group of the gallery", "galleryResourceGroup")
    gallery = inner.required("gallery_name", "Gallery that gets the image", "galleryName")
    image = inner.required("image_name", "Image definition that gets the image", "imageDefinition")
    version = _version(inner)
    if version is None:
        return resource_id(subscription, group, _GALLERY_IMAGE, gallery, image)
    return resource_id(subscription, group, f"{_GALLERY_IMAGE}/versions", gallery, image, version)


def _version(inner: Options) -> str | None:
    """Return the version's number where the template knows it; the engine counts otherwise."""
    setting = inner.take("image_version")
    if setting is None:
        return None
    try:
        value = str(inner.writer.scope.evaluate(setting.value))
        reason = "" if re.fullmatch(r"\d+\.\d+\.\d+", value) else f"'{value}' is no version such as 1.2.3"
    except RunValueError:
        reason = "each run works it out anew"
    except UnknownValueError:
        reason = ""
    if not reason:
        return inner.writer.expression(setting.value, setting.place)
    inner.writer.report.changed(
        setting.place, f"image_version: {reason}; the engine gives the next number", "see `versioning`"
    )
    return None


def _regions(inner: Options, options: Options, location: Any, replica_count: Any) -> dict[str, Any]:
    storage = inner.write("storage_account_type")
    extra = {"replicaCount": replica_count} if replica_count else {}
    extra |= {"storageAccountType": storage} if storage else {}
    regions = [
        _target_region(Options(each, inner.writer), extra) for each in inner.block.named("target_region")
    ]
    setting = inner.take("replication_regions")
    if setting and not isinstance(setting.value, Items):
        return _older_regions(inner, setting, storage, replica_count)
    nodes = setting.value.items if setting and isinstance(setting.value, Items) else ()
    named = {_region_key(inner, node): inner.writer.write(node, inner.block.place) for node in nodes}
    regions += [{"name": name} | extra for name in named.values()]
    build = options.block.settings.get("location")
    if not regions:
        regions.append({"name": location} | extra)
    elif build is None:
        inner.writer.report.changed(
            inner.block.place,
            "Packer adds the build's own region to these; Image Builder does not",
            "add it if it is missing",
        )
    elif _region_key(inner, build.value) not in [_short(region["name"]) for region in regions] + list(named):
        regions.insert(0, {"name": location} | extra)  # Packer adds the build's own region too
    return {"targetRegions": regions}


def _region_key(options: Options, node: Node) -> str:
    """Return what two names of one region have in common, as far as their values are known."""
    value = options.writer.scope.value(node)
    return _short(value) if isinstance(value, str) and value else repr(node)


def _older_regions(inner: Options, setting: Setting, storage: Any, replica_count: Any) -> dict[str, Any]:
    """A list that only a parameter knows fits into replicationRegions only."""
    if replica_count:
        inner.writer.report.left_out(
            setting.place, "a replica count needs targetRegions, and the regions are one parameter here"
        )
    inner.writer.report.changed(
        setting.place,
        "Packer adds the build's own region to these; Image Builder does not",
        "add it to the list",
    )
    regions = {"replicationRegions": inner.writer.write(setting.value, setting.place, "array")}
    return regions | ({"storageAccountType": storage} if storage else {})


def _target_region(region: Options, extra: dict[str, Any]) -> dict[str, Any]:
    replicas = region.integer("replicas")
    written = {"name": region.write("name")} | extra | ({"replicaCount": replicas} if replicas else {})
    _report_rest(region)
    return written


def _short(name: Any) -> str:
    return str(name).replace(" ", "").lower()


def _managed_images(options: Options, name: str, location: Any) -> Iterator[dict[str, Any]]:
    image = options.expression("managed_image_name")
    if image is None:
        return
    group = options.required(
        "managed_image_resource_group_name",
        "Resource group of the managed image",
        "managedImageResourceGroup",
    )
    yield {
        "type": "ManagedImage",
        "runOutputName": f"{name}-image",
        "imageId": resource_id(options.subscription(), group, "Microsoft.Compute/images", image),
        "location": location,
    }


def _vhds(options: Options, name: str) -> Iterator[dict[str, Any]]:
    container, account = options.take("capture_container_name"), options.take("storage_account")
    if container is None or account is None:
        return
    prefix = options.take("capture_name_prefix")
    options.writer.report.changed(
        container.place,
        "Packer names a VHD anew for each build; here the same blob is written each time",
        "leave `uri` empty to have one in a storage account of the build's own",
    )
    words = [Literal("https://"), account.value, Literal(".blob.core.windows.net/"), container.value]
    uri = make_text([*words, Literal("/"), prefix.value if prefix else Literal(name), Literal(".vhd")])
    written = options.writer.write(uri, container.place)
    yield {"type": "VHD", "runOutputName": f"{name}-vhd", "uri": written}


def _asked_for(options: Options, name: str, location: Any) -> dict[str, Any]:
    asked = options.writer.ask("galleryImageId", "Resource id of the image definition that gets the image")
    options.writer.report.changed(
        options.block.place,
        "nothing says where the image goes; parameter 'galleryImageId' stands for it",
        "give the resource id of an image definition in a gallery",
    )
    regions = {"targetRegions": [{"name": location}]}
    return {
        "type": "SharedImage",
        "runOutputName": f"{name}-gallery",
        "galleryImageId": f"[{asked}]",
    } | regions


def _report_rest(inner: Options) -> None:
    for setting in inner.left():
        fix = "see the image definition's security type" if "encryption" in setting.name else ""
        inner.writer.report.left_out(setting.place, f"no word for {setting.name} in a template", fix)
