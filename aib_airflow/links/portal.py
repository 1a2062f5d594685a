"""From a task to its resource in the Azure portal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperatorLink
from airflow.sdk.execution_time.xcom import XCom

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator, Context
    from airflow.sdk.types import TaskInstanceKey

    from aib_airflow.azure.credentials import Account


class AzurePortalLink(BaseOperatorLink):
    """Open the task's resource in the Azure portal; nothing for a cloud that has no portal."""

    name = "Azure portal"
    key = "azure_portal"

    @classmethod
    def persist(cls, context: Context, account: Account, resource_id: str) -> None:
        """Remember which resource this run of the task is about."""
        if account.cloud.portal:
            url = f"{account.cloud.portal}/#@/resource{resource_id}/overview"
            context["ti"].xcom_push(cls.key, url)

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """Return the link, or nothing when the task made no resource."""
        value: Any = XCom.get_value(ti_key=ti_key, key=self.key)
        return str(value or "")
