"""Stage `reserve`: the build's names and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aib_airflow.operators.base import BuildOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class ReserveBuildOperator(BuildOperator):
    """Decide what this build's resources are called.

    Asks no cloud, so that it cannot fail half-way: Airflow runs the teardown only if its setup succeeded.
    """

    def execute(self, context: Context) -> dict[str, str]:
        """Return the names for people; the stages derive them from the run themselves."""
        build = self.build(context)
        self.log.info("Build %s in resource group %s", build.names.build_id, build.names.resource_group)
        return {
            "build_id": build.names.build_id,
            "resource_group": build.names.resource_group,
            "deadline": build.deadline.isoformat(),
        }
