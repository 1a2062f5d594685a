"""Where a deployment would happen: what `resourceGroup()`, `subscription()` and `tenant()` answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aib_airflow.arm_template.errors import ExpressionError


@dataclass(frozen=True, slots=True)
class DeploymentScope:
    """The deployment's place; what is empty is unknown, and using it is an error that names the setting."""

    subscription_id: str = ""
    resource_group: str = ""
    location: str = ""
    tenant_id: str = ""

    def need(self, setting: str, asked_by: str) -> str:
        """Return one setting, or raise ExpressionError naming it."""
        value: str = getattr(self, setting)
        if not value:
            raise ExpressionError(
                f"{asked_by} is known to a deployment in Azure only",
                f"give `deployment: {{{setting}: ...}}` in a pipeline file beside the template",
            )
        return value

    def subscription_path(self, asked_by: str) -> str:
        """Return `/subscriptions/<id>`."""
        return f"/subscriptions/{self.need('subscription_id', asked_by)}"

    def resource_group_path(self, asked_by: str) -> str:
        """Return `/subscriptions/<id>/resourceGroups/<name>`."""
        group = self.need("resource_group", asked_by)
        return f"{self.subscription_path(asked_by)}/resourceGroups/{group}"


def look_up(scope: DeploymentScope, function: str, key: str) -> Any:
    """Return `key` of the object that `function()` answers, asking for no other setting than that needs.

    `function` is one of `SCOPE_FUNCTIONS`, lower case. Raises ExpressionError for a property Azure has but
    nobody knows offline.
    """
    asked_by = f"{SCOPE_FUNCTIONS[function]}().{key}"
    match function, key.lower():
        case "resourcegroup", "id":
            return scope.resource_group_path(asked_by)
        case "resourcegroup", "name":
            return scope.need("resource_group", asked_by)
        case "resourcegroup", "location":
            return scope.need("location", asked_by)
        case "subscription", "id":
            return scope.subscription_path(asked_by)
        case "subscription", "subscriptionid":
            return scope.need("subscription_id", asked_by)
        case (("subscription" | "tenant"), "tenantid"):
            return scope.need("tenant_id", asked_by)
        case _:
            raise ExpressionError(f"{asked_by} is known to a deployment in Azure only")


SCOPE_FUNCTIONS = {"resourcegroup": "resourceGroup", "subscription": "subscription", "tenant": "tenant"}
