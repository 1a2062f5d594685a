"""What a build starts from, resolved to one exact version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aib_airflow.azure import gallery
from aib_airflow.azure.client import COMPUTE, GALLERY, Arm, word
from aib_airflow.azure.errors import NotFoundError, translated


@dataclass(frozen=True, slots=True)
class ResolvedSource:
    """One exact image. `reference` is ARM's imageReference of a virtual machine."""

    reference: Mapping[str, str]
    version: str
    os_type: str
    generation: str
    architecture: str


@translated
def resolve_marketplace(
    arm: Arm, location: str, *, publisher: str, offer: str, sku: str, version: str
) -> ResolvedSource:
    """Find a marketplace version, the newest one for `latest`. Raises NotFoundError naming the image."""
    from azure.core.exceptions import ResourceNotFoundError

    images = arm.compute.virtual_machine_images
    place = (location, publisher, offer, sku)
    urn = f"{publisher}:{offer}:{sku}:{version}"
    try:
        if version.lower() == "latest":
            listed = images.list(*place, orderby="name desc", top=1, api_version=COMPUTE)
            version = next((str(image.name) for image in listed), version)
        image = images.get(*place, version, api_version=COMPUTE)
    except ResourceNotFoundError as error:
        raise NotFoundError(
            f"marketplace image {urn} is not in {location}: check the template's source", "ImageNotFound"
        ) from error
    return ResolvedSource(
        {"publisher": publisher, "offer": offer, "sku": sku, "version": version},
        version,
        os_type=word(image.os_disk_image and image.os_disk_image.operating_system),
        generation=word(image.hyper_v_generation, "V1"),
        architecture=word(image.architecture, "x64"),
    )


@translated
def resolve_gallery(arm: Arm, image_version_id: str) -> ResolvedSource:
    """Find a gallery version, the newest that `latest` may mean. Raises NotFoundError naming the image."""
    definition_id = gallery.DefinitionId.parse(image_version_id)
    definition = gallery.get_definition(arm, definition_id)
    version = image_version_id.rstrip("/").rpartition("/")[2]
    if version.lower() == "latest":
        version = _newest(arm, definition_id)
    return ResolvedSource(
        {"id": definition_id.version_id(version)},
        version,
        os_type=definition.os_type,
        generation=definition.generation,
        architecture=definition.architecture,
    )


def _newest(arm: Arm, definition: gallery.DefinitionId) -> str:
    listed = arm.compute.gallery_image_versions.list_by_gallery_image(
        definition.group, definition.gallery, definition.definition, api_version=GALLERY
    )
    names = [str(version.name) for version in listed if not _is_excluded(version)]
    if not names:
        raise NotFoundError(f"{definition} has no version that `latest` may mean: publish one first")
    return max(names, key=lambda name: tuple(int(part) for part in name.split(".")))


def _is_excluded(version: Any) -> bool:
    profile = version.publishing_profile
    return bool(profile and profile.exclude_from_latest)
