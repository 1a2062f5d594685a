"""Where a finished image goes: the `distribute` of a template."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from aib_airflow.template.schema import AibModel, ArmId, ResourceName, broken_rule

_GALLERY_IMAGE_ID = re.compile(
    r"/subscriptions/(?P<subscription_id>[^/]+)/resourceGroups/(?P<resource_group>[^/]+)"
    r"/providers/Microsoft\.Compute/galleries/(?P<gallery>[^/]+)/images/(?P<definition>[^/]+)"
    r"(?:/versions/(?P<version>\d+\.\d+\.\d+))?",
    re.IGNORECASE,
)

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
    artifact_tags: dict[str, str] = Field(default_factory=dict)


class ManagedImageDistributor(Distributor):
    """A managed image in one region."""

    type: Literal["ManagedImage"]
    image_id: ArmId
    location: str


class VhdDistributor(Distributor):
    """A VHD in a storage account; an empty `uri` means the build's own account."""

    type: Literal["VHD"]
    uri: str = ""


class LatestVersioning(AibModel):
    """The next patch of the highest version there is, within `major` unless that is -1."""

    scheme: Literal["Latest"] = "Latest"
    major: Annotated[int, Field(ge=-1)] = -1


class SourceVersioning(AibModel):
    """The version number of the source image."""

    scheme: Literal["Source"]


Versioning = Annotated[LatestVersioning | SourceVersioning, Field(discriminator="scheme")]


class TargetRegion(AibModel):
    """A region in which the version is kept."""

    name: Annotated[str, Field(min_length=1)]
    replica_count: Annotated[int, Field(ge=1)] = 1
    storage_account_type: StorageAccountType = "Standard_LRS"


class SharedImageDistributor(Distributor):
    """A gallery image version, replicated to regions."""

    type: Literal["SharedImage"]
    gallery_image_id: Annotated[str, AfterValidator(_check_gallery_image_id)]
    target_regions: tuple[TargetRegion, ...] = ()
    replication_regions: tuple[str, ...] = ()
    storage_account_type: StorageAccountType | None = None
    exclude_from_latest: bool = False
    versioning: Versioning | None = None
    replication_mode: Annotated[str, Field(min_length=1)] = "Full"

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
