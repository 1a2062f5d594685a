"""Stage `regions.*`: one region of an image version, until it can be used there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import conf
from airflow.sdk.exceptions import AirflowSkipException

from aib_airflow.operators.base import BuildOperator
from aib_airflow.triggers.base import raise_for
from aib_airflow.triggers.region import RegionTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context


class RegionSensor(BuildOperator):
    """Wait until a version has replicated to one region.

    Not a BaseSensorOperator: it never pokes, and a poke interval would promise that it does.

    :param distribute: the task that publishes the version
    :param region: the region's short name
    """

    ui_color = "#f4ecd8"

    def __init__(self, *, distribute: str, region: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.distribute = distribute
        self.region = region

    def execute(self, context: Context) -> Any:
        """Watch from the triggerer."""
        version = self.pull(context, self.distribute)
        if self.region not in version["regions"]:
            raise AirflowSkipException(f"this run does not distribute to {self.region}")
        limit_s = conf.getint("aib", "replication_timeout_s")
        trigger = RegionTrigger(
            conn_id=self.conn_id,
            deadline=(datetime.now(UTC) + timedelta(seconds=limit_s)).isoformat(),
            what=f"replication of {version['id']} to {self.region}",
            version_id=version["id"],
            region=self.region,
        )
        return self.wait(context, trigger, then=self.replicated)

    def replicated(self, context: Context, event: dict[str, Any]) -> str:
        """Return the region."""
        raise_for(event)
        return self.region
