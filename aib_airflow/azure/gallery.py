"""Compute galleries: image definitions and versions, and how far a version has come in each region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aib_airflow.azure import operation
from aib_airflow.azure.client import GALLERY, Arm, read, word
from aib_airflow.azure.errors import InvalidError, NotFoundError, translated
from aib_airflow.azure.operation import Operation

if TYPE_CHECKING:
    from azure.core import AsyncPipelineClient


@dataclass(frozen=True, slots=True)
class DefinitionId:
    """The four names of a gallery image definition's id."""

    subscription_id: str
    group: str
    gallery: str
    definition: str

    @classmethod
    def parse(cls, resource_id: str) -> DefinitionId:
        """Read `/subscriptions/../galleries/G/images/D`, with or without a version behind it.

        Raises InvalidError when it is something else.
        """
        parts = resource_id.strip("/").split("/")
        names = dict(zip((p.lower() for p in parts[::2]), parts[1::2], strict=False))
        try:
            return cls(names["subscriptions"], names["resourcegroups"], names["galleries"], names["images"])
        except KeyError as error:
            raise InvalidError(
                f"{resource_id!r} is no gallery image id: it has no {error.args[0]!r}; expected "
                "/subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Compute"
                "/galleries/<gallery>/images/<definition>"
            ) from None

    def __str__(self) -> str:
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.group}"
            f"/providers/Microsoft.Compute/galleries/{self.gallery}/images/{self.definition}"
        )

    def version_id(self, version: str) -> str:
        """Return the id of one version."""
        return f"{self}/versions/{version}"


@dataclass(frozen=True, slots=True)
class Definition:
    """What an image definition demands of its versions."""

    location: str
    os_type: str
    os_state: str
    generation: str
    architecture: str


@dataclass(frozen=True, slots=True)
class RegionStatus:
    """One region of one version. `state` is Azure's: Unknown, Replicating, Completed or Failed."""

    state: str
    percent: int
    details: str


@translated
def get_definition(arm: Arm, definition: DefinitionId) -> Definition:
    """Read the definition. Raises NotFoundError saying what to create."""
    from azure.core.exceptions import ResourceNotFoundError

    try:
        image = arm.compute.gallery_images.get(
            definition.group, definition.gallery, definition.definition, api_version=GALLERY
        )
    except ResourceNotFoundError as error:
        raise NotFoundError(
            f"image definition {definition} does not exist: create it before the build, for example with "
            f"az sig image-definition create -g {definition.group} -r {definition.gallery} "
            f"-i {definition.definition} --hyper-v-generation V2 --os-type Linux --publisher .. --offer .. --sku ..",
            "ResourceNotFound",
        ) from error
    return Definition(
        location=str(image.location),
        os_type=word(image.os_type),
        os_state=word(image.os_state),
        generation=word(image.hyper_v_generation, "V1"),
        architecture=word(image.architecture, "x64"),
    )


@translated
def list_versions(arm: Arm, definition: DefinitionId) -> list[str]:
    """Return the names of all versions, in Azure's order."""
    versions = arm.compute.gallery_image_versions.list_by_gallery_image(
        definition.group, definition.gallery, definition.definition, api_version=GALLERY
    )
    return [str(version.name) for version in versions]


@dataclass(frozen=True, slots=True)
class VersionSpec:
    """An image version to publish. `regions` are ARM's targetRegions."""

    definition: DefinitionId
    version: str
    location: str
    source_id: str
    regions: Sequence[Mapping[str, Any]]
    exclude_from_latest: bool


def create_version(arm: Arm, spec: VersionSpec, tags: Mapping[str, str]) -> Operation | None:
    """Start publishing a snapshot as a version; Azure replicates it to all regions at once."""
    body = {
        "location": spec.location,
        "tags": dict(tags),
        "properties": {
            "publishingProfile": {
                "targetRegions": [dict(region) for region in spec.regions],
                "excludeFromLatest": spec.exclude_from_latest,
            },
            "storageProfile": {"osDiskImage": {"source": {"id": spec.source_id}}},
        },
    }
    return _update(arm, spec.definition, spec.version, body, "begin_create_or_update")


def include_in_latest(arm: Arm, definition: DefinitionId, version: str) -> Operation | None:
    """Start making the version one that `latest` may mean."""
    body = {"properties": {"publishingProfile": {"excludeFromLatest": False}}}
    return _update(arm, definition, version, body, "begin_update")


def _update(
    arm: Arm, definition: DefinitionId, version: str, body: dict[str, Any], method: str
) -> Operation | None:
    return operation.start(
        f"write image version {definition.definition}/{version}",
        getattr(arm.compute.gallery_image_versions, method),
        definition.group,
        definition.gallery,
        definition.definition,
        version,
        body,
        api_version=GALLERY,
    )


@translated
def get_version_tags(arm: Arm, definition: DefinitionId, version: str) -> dict[str, str] | None:
    """Return a version's tags, or None when there is no such version."""
    from azure.core.exceptions import ResourceNotFoundError

    try:
        image = arm.compute.gallery_image_versions.get(
            definition.group, definition.gallery, definition.definition, version, api_version=GALLERY
        )
    except ResourceNotFoundError:
        return None
    return dict(image.tags or {})


async def region_status(client: AsyncPipelineClient[Any, Any], version_id: str) -> dict[str, RegionStatus]:
    """Return how far each region of the version has come, by region name (`westus2`)."""
    body = await read(client, version_id, api_version=GALLERY, **{"$expand": "ReplicationStatus"})
    summary = (body["properties"].get("replicationStatus") or {}).get("summary") or []
    return {
        normalize_region(entry["region"]): RegionStatus(
            entry.get("state", "Unknown"), int(entry.get("progress") or 0), entry.get("details") or ""
        )
        for entry in summary
    }


def normalize_region(name: str) -> str:
    """Return the short form of a region's name: `West US 2` is `westus2`."""
    return name.replace(" ", "").lower()
