"""What a machine or a disk is made from: a marketplace image, a gallery version, or a managed image."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aib_airflow.emulator import errors, tracked
from aib_airflow.emulator.cloud import Cloud, PlatformImage
from aib_airflow.emulator.compute.types import DEFINITION, IMAGE, VERSION
from aib_airflow.emulator.compute.versions import latest_of, version_key
from aib_airflow.emulator.identifiers import ResourceId
from aib_airflow.emulator.regions import display_name, region_name
from aib_airflow.emulator.store import Json, Resource


@dataclass(frozen=True, slots=True)
class Source:
    """An image's content.

    `reference` is the image reference as a machine then shows it, `origin` as its OS disk does.
    """

    file: Path
    os_type: str
    generation: str
    size_gb: int
    reference: Json
    origin: Json
    data_files: tuple[tuple[int, Path], ...] = ()
    is_generalized: bool = True


def resolve(cloud: Cloud, reference: Json, location: str) -> Source:
    """Find the image that `imageReference` means. Raises ArmError when there is none in this region."""
    if "id" not in reference:
        return _from_marketplace(cloud, reference, location)
    identity = tracked.reference(reference, "imageReference")
    kind = identity.type.lower()
    if kind in {DEFINITION.lower(), VERSION.lower()}:
        return _from_gallery(cloud, identity, reference, location)
    if kind == IMAGE.lower():
        return _from_managed_image(cloud, cloud.store.get(identity), reference)
    raise errors.invalid_parameter(
        "imageReference.id", f"{identity} is no image and no gallery image version."
    )


def find_platform_image(
    cloud: Cloud, publisher: str, offer: str, sku: str, version: str
) -> PlatformImage | None:
    """Return a marketplace image; version `latest` means the highest."""
    wanted = (publisher.lower(), offer.lower(), sku.lower())
    found = [image for image in cloud.platform_images() if _urn(image) == wanted]
    if version.lower() == "latest":
        return max(found, key=lambda image: version_key(image.version), default=None)
    return next((image for image in found if image.version == version), None)


def _urn(image: PlatformImage) -> tuple[str, str, str]:
    return (image.publisher.lower(), image.offer.lower(), image.sku.lower())


def _from_marketplace(cloud: Cloud, reference: Json, location: str) -> Source:
    words = [str(reference.get(key) or "") for key in ("publisher", "offer", "sku", "version")]
    if not all(words):
        raise errors.missing_parameter("imageReference.{publisher,offer,sku,version}")
    image = find_platform_image(cloud, *words)
    if image is None:
        message = f"The platform image '{':'.join(words)}' is not available. Verify that all fields in the "
        raise errors.ArmError(404, "PlatformImageNotFound", message + "storage profile are correct.")
    shown = {**reference, "exactVersion": image.version}
    path = (
        f"/Subscriptions/{cloud.settings.subscription_id}/Providers/Microsoft.Compute/Locations/{location}"
        f"/Publishers/{image.publisher}/ArtifactTypes/VMImage/Offers/{image.offer}/Skus/{image.sku}"
        f"/Versions/{image.version}"
    )
    origin = {"imageReference": {"id": path}}
    return Source(image.disk_path, image.os_type, image.generation, image.size_gb, shown, origin)


def _from_gallery(cloud: Cloud, identity: ResourceId, reference: Json, location: str) -> Source:
    version = _version(cloud, identity, location)
    definition = cloud.store.get(version.id.parent)
    profile = version.properties["storageProfile"]
    files = tuple(
        (int(item["lun"]), cloud.disk_file(version.id, f"data-{item['lun']}"))
        for item in profile.get("dataDiskImages", [])
    )
    return Source(
        file=cloud.disk_file(version.id),
        os_type=definition.properties["osType"],
        generation=definition.properties.get("hyperVGeneration", "V1"),
        size_gb=int(profile["osDiskImage"]["sizeInGB"]),
        reference={**reference, "exactVersion": version.id.name},
        origin={"galleryImageReference": {"id": str(version.id)}},
        data_files=files,
        is_generalized=definition.properties["osState"] == "Generalized",
    )


def _version(cloud: Cloud, identity: ResourceId, location: str) -> Resource:
    """Return the version that an id of a definition or version means, if this region has it."""
    if identity.type.lower() == VERSION.lower() and identity.name.lower() != "latest":
        version = cloud.store.find(identity)
    else:
        definition = identity if identity.type.lower() == DEFINITION.lower() else identity.parent
        version = latest_of(cloud.store.of_type(VERSION, definition), location)
    if version is None or version.state not in {"Succeeded", "Updating"}:
        raise errors.ArmError(404, "GalleryImageNotFound", f"The gallery image {identity} was not found.")
    regions = version.properties["publishingProfile"]["targetRegions"]
    if location not in {region_name(region["name"]) for region in regions}:
        message = (
            f"The gallery image {version.id} is not available in {display_name(location)} region. Please "
            "contact image owner to replicate to this region, or change your requested region."
        )
        raise errors.ArmError(404, "GalleryImageNotFound", message)
    return version


def _from_managed_image(cloud: Cloud, image: Resource, reference: Json) -> Source:
    profile = image.properties["storageProfile"]
    files = tuple(
        (int(item["lun"]), cloud.disk_file(image.id, f"data-{item['lun']}")) for item in profile["dataDisks"]
    )
    return Source(
        file=cloud.disk_file(image.id),
        os_type=profile["osDisk"]["osType"],
        generation=image.properties.get("hyperVGeneration", "V1"),
        size_gb=int(profile["osDisk"]["diskSizeGB"]),
        reference=dict(reference),
        origin={"imageReference": {"id": str(image.id)}},
        data_files=files,
        is_generalized=profile["osDisk"].get("osState", "Generalized") == "Generalized",
    )
