"""Where a finished image goes: the `distribute` of a template."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic.config import JsonDict

from aib_airflow.template.schema import AibModel, ArmId, ResourceName, broken_rule, since

_GALLERY_IMAGE_ID = re.compile(
    r"/subscriptions/(?P<subscription_id>[^/]+)/resourceGroups/(?P<resource_group>[^/]+)"
    r"/providers/Microsoft\.Compute/galleries/(?P<gallery>[^/]+)/images/(?P<definition>[^/]+)"
    r"(?:/versions/(?P<version>\d+\.\d+\.\d+))?",
    re.IGNORECASE,
)

_GALLERY_IMAGE_PATTERN = (
    r"^/subscriptions/[^/]+/[Rr]esource[Gg]roups/[^/]+/providers/[Mm]icrosoft\.[Cc]ompute"
    r"/galleries/[^/]+/images/[^/]+(/versions/\d+\.\d+\.\d+)?$"
)
"""The same for JSON Schema, which cannot ignore case."""

_ONE_WAY_TO_NAME_REGIONS: JsonDict = {
    "dependentSchemas": {
        "targetRegions": {
            "if": {"properties": {"targetRegions": {"minItems": 1}}},
            "then": {
                "properties": {"replicationRegions": {"maxItems": 0}, "storageAccountType": {"maxLength": 0}}
            },
        }
    }
}

StorageAccountType = Annotated[str, Field(min_length=1)]
"""Standard_LRS, Standard_ZRS, Premium_LRS, or a newer one: Azure's list is open."""


@dataclass(frozen=True, slots=True)
class GalleryImage:
    """An image definition in a gallery; `version` is empty unless the template names one."""

    subscription_id: str
    resource_group: str
    gallery: str
    definition: str
    version: str = ""

    @property
    def id(self) -> str:
        """The definition's resource id."""
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.Compute/galleries/{self.gallery}/images/{self.definition}"
        )


def _check_gallery_image_id(value: str) -> str:
    if not _GALLERY_IMAGE_ID.fullmatch(value):
        raise broken_rule(
            f"'{value}' is no gallery image",
            "write /subscriptions/<id>/resourceGroups/<name>/providers/Microsoft.Compute"
            "/galleries/<gallery>/images/<definition>, or that and /versions/<1.2.3>",
        )
    return value


class Distributor(AibModel):
    """The fields of every target."""

    run_output_name: ResourceName
    """The target's own name, unique in the template: part of its tasks' ids."""
    artifact_tags: dict[str, str] = Field(default_factory=dict)
    """Tags of the image that is made."""


class ManagedImageDistributor(Distributor):
    """A managed image in one region."""

    type: Literal["ManagedImage"]
    image_id: ArmId
    """The image's resource id; its resource group must exist."""
    location: str
    """The image's region; that of the image where it exists already."""


class VhdDistributor(Distributor):
    """A VHD in a storage account; an empty `uri` means the build's own account."""

    type: Literal["VHD"]
    uri: Annotated[str, since("2022-07-01")] = ""
    """The blob to write; empty means a storage account of the build's own."""


class LatestVersioning(AibModel):
    """The next patch of the highest version there is, within `major` unless that is -1."""

    scheme: Literal["Latest"] = "Latest"
    major: Annotated[int, Field(ge=-1)] = -1
    """Count within this major version only; -1 means within the highest there is."""


class SourceVersioning(AibModel):
    """The version number of the source image."""

    scheme: Literal["Source"]


Versioning = Annotated[LatestVersioning | SourceVersioning, Field(discriminator="scheme")]


class TargetRegion(AibModel):
    """A region in which the version is kept."""

    name: Annotated[str, Field(min_length=1)]
    """The region, such as `westus2` or `West US 2`."""
    replica_count: Annotated[int, Field(ge=1)] = 1
    """How many copies are kept there."""
    storage_account_type: StorageAccountType = "Standard_LRS"
    """`Standard_LRS`, `Standard_ZRS`, `Premium_LRS`, or another that Azure offers."""


class SharedImageDistributor(Distributor):
    """A gallery image version, replicated to regions."""

    model_config = ConfigDict(json_schema_extra=_ONE_WAY_TO_NAME_REGIONS)

    type: Literal["SharedImage"]
    gallery_image_id: Annotated[
        str,
        AfterValidator(_check_gallery_image_id),
        WithJsonSchema({"type": "string", "pattern": _GALLERY_IMAGE_PATTERN}),
    ]
    """The image definition's resource id; with `/versions/<1.2.3>` behind it, that version is made."""
    target_regions: Annotated[tuple[TargetRegion, ...], since("2022-07-01")] = ()
    """Where the version is kept; one of them must be the gallery's own region. Empty: the template's."""
    replication_regions: tuple[str, ...] = ()
    """The older way to name regions. Excludes `targetRegions`."""
    storage_account_type: StorageAccountType | None = None
    """The storage of all `replicationRegions`; with `targetRegions` each has its own."""
    exclude_from_latest: bool = False
    """Whoever asks the gallery for `latest` does not get this version."""
    versioning: Annotated[Versioning | None, since("2022-07-01")] = None
    """How the version's number is found; left out it is scheme `Latest`. Excludes a version in the id."""
    replication_mode: Annotated[str, Field(min_length=1), since("2025-10-01")] = "Full"
    """`Full` copies, or `Shallow` for quick tests."""

    @property
    def gallery_image(self) -> GalleryImage:
        """The definition, and the version where the template names one."""
        match = _GALLERY_IMAGE_ID.fullmatch(self.gallery_image_id)
        if match is None:
            raise ValueError(self.gallery_image_id)
        return GalleryImage(**match.groupdict(default=""))

    @property
    def regions(self) -> tuple[TargetRegion, ...]:
        """The target regions, whichever of AIB's two spellings the template uses."""
        storage = self.storage_account_type or "Standard_LRS"
        older = (
            TargetRegion.model_construct(name=name, replica_count=1, storage_account_type=storage)
            for name in self.replication_regions
        )
        return self.target_regions or tuple(older)

    @model_validator(mode="after")
    def _check_regions(self) -> Self:
        if self.target_regions and self.replication_regions:
            raise broken_rule("targetRegions and replicationRegions are both given", "keep targetRegions")
        if self.target_regions and self.storage_account_type:
            raise broken_rule(
                "storageAccountType goes with replicationRegions only",
                "give it in each of targetRegions",
                "storageAccountType",
            )
        names = [region_name(region.name) for region in self.regions]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise broken_rule(f"region {', '.join(sorted(twice))} is given twice", "keep it once")
        return self

    @model_validator(mode="after")
    def _check_version(self) -> Self:
        if self.versioning is not None and self.gallery_image.version:
            raise broken_rule(
                "galleryImageId names a version, and versioning asks for another",
                "keep one of them",
                "versioning",
            )
        return self


def region_name(written: str) -> str:
    """Return Azure's short name of a region: `West US 2` is `westus2`."""
    return written.replace(" ", "").lower()


Target = Annotated[
    ManagedImageDistributor | SharedImageDistributor | VhdDistributor,
    Field(discriminator="type"),
]
