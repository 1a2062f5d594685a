"""Stage `resource_group`: the group that holds all a build makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aib_airflow.azure import group
from aib_airflow.links.portal import AzurePortalLink
from aib_airflow.operators.base import BuildOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class CreateResourceGroupOperator(BuildOperator):
    """Create the build's resource group."""

    operator_extra_links = (AzurePortalLink(),)

    def execute(self, context: Context) -> str:
        """Return the group's id."""
        build = self.build(context)
        tags = {**build.plan.resource_tags, **build.tags}
        with self.arm() as arm:
            group_id = group.create(arm, build.names.resource_group, build.plan.location, tags)
            AzurePortalLink.persist(context, arm.account, group_id)
        self.log.info("Resource group %s", group_id)
        return group_id
