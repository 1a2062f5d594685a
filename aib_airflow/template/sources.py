"""Where an image begins: the `source` of a template."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from aib_airflow.template.schema import AibModel, ArmId, ReadOnly


class PurchasePlan(AibModel):
    """The marketplace plan of a paid source image."""

    plan_name: str
    """The plan's name, often the image's SKU."""
    plan_product: str
    """The product, often the image's offer."""
    plan_publisher: str
    """Who sells it."""


class PlatformImageSource(AibModel):
    """A marketplace image; version `latest` is looked up by each build."""

    type: Literal["PlatformImage"]
    publisher: str
    """Who publishes the image, such as `Debian` or `MicrosoftWindowsServer`."""
    offer: str
    """The publisher's offer, such as `debian-12`."""
    sku: str
    """The variant of the offer, such as `12-gen2`."""
    version: str = "latest"
    """An exact version, or `latest`: the newest one when a build begins."""
    plan_info: PurchasePlan | None = None
    """The purchase plan, for images that are sold with one."""
    exact_version: ReadOnly
    """The version that the service resolved `latest` to."""


class ManagedImageSource(AibModel):
    """A managed image in the template's own subscription and region."""

    type: Literal["ManagedImage"]
    image_id: ArmId
    """The image's resource id."""


class SharedImageVersionSource(AibModel):
    """A gallery image version; the last word of its id may be `latest`."""

    type: Literal["SharedImageVersion"]
    image_version_id: ArmId
    """The version's resource id, `.../galleries/<gallery>/images/<definition>/versions/<1.2.3 or latest>`."""
    exact_version: ReadOnly
    """The version that the service resolved `latest` to."""


Source = Annotated[
    PlatformImageSource | ManagedImageSource | SharedImageVersionSource,
    Field(discriminator="type"),
]
