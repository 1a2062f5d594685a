"""Where an image begins: the `source` of a template."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from aib_airflow.template.schema import AibModel, ArmId, ReadOnly


class PurchasePlan(AibModel):
    """The marketplace plan of a paid source image."""

    plan_name: str
    plan_product: str
    plan_publisher: str


class PlatformImageSource(AibModel):
    """A marketplace image; version `latest` is looked up by each build."""

    type: Literal["PlatformImage"]
    publisher: str
    offer: str
    sku: str
    version: str = "latest"
    plan_info: PurchasePlan | None = None
    exact_version: ReadOnly


class ManagedImageSource(AibModel):
    """A managed image in the template's own subscription and region."""

    type: Literal["ManagedImage"]
    image_id: ArmId


class SharedImageVersionSource(AibModel):
    """A gallery image version; the last word of its id may be `latest`."""

    type: Literal["SharedImageVersion"]
    image_version_id: ArmId
    exact_version: ReadOnly


Source = Annotated[
    PlatformImageSource | ManagedImageSource | SharedImageVersionSource,
    Field(discriminator="type"),
]
