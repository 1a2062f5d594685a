"""The asset that a new version of an image is: other DAGs can be scheduled on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import Asset

if TYPE_CHECKING:
    from aib_airflow.plan import DistributionStep

GROUP = "aib"


def image_asset(step: DistributionStep) -> Asset:
    """Return the asset of one gallery image: `aib://gallery/definition`, whoever builds it."""
    name = f"{step.gallery_image.gallery}/{step.gallery_image.definition}"
    return Asset(name=name, uri=f"aib://{name}", group=GROUP)
