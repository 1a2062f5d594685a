"""Wait for one region of a gallery image version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aib_airflow.azure.errors import InvalidError
from aib_airflow.azure.gallery import region_status
from aib_airflow.triggers.base import AzureTrigger

if TYPE_CHECKING:
    from azure.core import AsyncPipelineClient


class RegionTrigger(AzureTrigger):
    """Wait until a version has replicated to a region, logging the percentage as it changes.

    :param version_id: the ARM id of the image version
    :param region: the region's short name, `westus2`
    """

    fields: ClassVar[tuple[str, ...]] = ("version_id", "region")

    def __init__(self, *, version_id: str, region: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.version_id = version_id
        self.region = region
        self._percent = -1

    async def look(self, client: AsyncPipelineClient[Any, Any]) -> dict[str, Any] | None:
        """Look at the version's replication status."""
        regions = await region_status(client, self.version_id)
        status = regions.get(self.region)
        if status is None:
            return None
        if status.percent != self._percent:
            self._percent = status.percent
            self.log.info("%s: %s, %d %%", self.region, status.state, status.percent)
        if status.state == "Failed":
            raise InvalidError(f"replication to {self.region} failed: {status.details or 'no reason given'}")
        return {"region": self.region} if status.state == "Completed" else None
