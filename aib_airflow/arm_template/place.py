"""What the functions about a deployment's place answer: resourceGroup(), subscription(), tenant(), deployment() ..."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from aib_airflow.arm_template.scope import DeploymentScope
from aib_airflow.arm_template.unknown import Need, Undetermined, Unknown, needs_of

_SETTINGS = ("subscription_id", "resource_group", "location", "tenant_id", "deployment_name")

_PUBLIC_CLOUD = {
    "name": "AzureCloud",
    "gallery": "https://gallery.azure.com/",
    "graph": "https://graph.windows.net/",
    "portal": "https://portal.azure.com",
    "graphAudience": "https://graph.windows.net/",
    "activeDirectoryDataLake": "https://datalake.azure.net/",
    "batch": "https://batch.core.windows.net/",
    "media": "https://rest.media.azure.net",
    "sqlManagement": "https://management.core.windows.net:8443/",
    "vmImageAliasDoc": "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/aliases.json",
    "resourceManager": "https://management.azure.com/",
    "authentication": {
        "loginEndpoint": "https://login.microsoftonline.com/",
        "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
        "tenant": "common",
        "identityProvider": "AAD",
    },
    "suffixes": {
        "acrLoginServer": ".azurecr.io",
        "azureDatalakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
        "azureDatalakeStoreFileSystem": "azuredatalakestore.net",
        "keyvaultDns": ".vault.azure.net",
        "sqlServerHostname": ".database.windows.net",
        "storage": "core.windows.net",
    },
}
"""Azure's public cloud, as the reference of environment() shows it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one template is deployed. Each of `settings` is a text, or an Unknown that says who knows it."""

    settings: Mapping[str, Any]
    started: datetime | None = None
    seed: str = ""

    @classmethod
    def of(cls, scope: DeploymentScope) -> Place:
        """Return the place that a caller described."""
        settings = {
            name: getattr(scope, name) or Unknown(name, frozenset((Need("scope", name),)))
            for name in _SETTINGS
        }
        return cls(settings, scope.started, scope.seed)

    def inside(self, subscription: Any, group: Any, deployment_name: Any) -> Place:
        """Return the place of a nested deployment; None stands for this one's own subscription or group."""
        changed = {"deployment_name": deployment_name}
        if subscription is not None:
            changed["subscription_id"] = subscription
        if group is not None:
            changed["resource_group"] = group
        moved = {**self.settings, **changed}
        if any(moved[name] != self.settings[name] for name in ("subscription_id", "resource_group")):
            moved["location"] = _asked_of_azure("resourceGroup().location")
        return replace(self, settings=moved)

    def texts(self, *names: str) -> list[str]:
        """Return these settings. Raises Undetermined with all that are not known."""
        values = [self.settings[name] for name in names]
        needs = needs_of(*values)
        if needs:
            raise Undetermined(needs)
        return values

    def subscription_path(self) -> str:
        """Return `/subscriptions/<id>`. Raises Undetermined."""
        return f"/subscriptions/{self.texts('subscription_id')[0]}"

    def group_path(self) -> str:
        """Return `/subscriptions/<id>/resourceGroups/<name>`. Raises Undetermined."""
        subscription, group = self.texts("subscription_id", "resource_group")
        return f"/subscriptions/{subscription}/resourceGroups/{group}"


def resource_group(place: Place) -> dict[str, Any]:
    """Answer `resourceGroup()`."""
    return {
        "id": _joined("/subscriptions/{}/resourceGroups/{}", place, "subscription_id", "resource_group"),
        "name": place.settings["resource_group"],
        "type": "Microsoft.Resources/resourceGroups",
        "location": place.settings["location"],
        "managedBy": _asked_of_azure("resourceGroup().managedBy"),
        "tags": _asked_of_azure("resourceGroup().tags"),
        "properties": {"provisioningState": "Succeeded"},
    }


def subscription(place: Place) -> dict[str, Any]:
    """Answer `subscription()`."""
    return {
        "id": _joined("/subscriptions/{}", place, "subscription_id"),
        "subscriptionId": place.settings["subscription_id"],
        "tenantId": place.settings["tenant_id"],
        "displayName": _asked_of_azure("subscription().displayName"),
    }


def tenant(place: Place) -> dict[str, Any]:
    """Answer `tenant()`."""
    return {
        "id": _joined("/tenants/{}", place, "tenant_id"),
        "tenantId": place.settings["tenant_id"],
        "countryCode": _asked_of_azure("tenant().countryCode"),
        "displayName": _asked_of_azure("tenant().displayName"),
    }


def deployment(place: Place) -> dict[str, Any]:
    """Answer `deployment()`."""
    return {
        "name": place.settings["deployment_name"],
        "location": place.settings["location"],
        "properties": _asked_of_azure("deployment().properties"),
    }


def deployer(place: Place) -> dict[str, Any]:
    """Answer `deployer()`."""
    return {
        "objectId": _asked_of_azure("deployer().objectId"),
        "tenantId": place.settings["tenant_id"],
        "userPrincipalName": _asked_of_azure("deployer().userPrincipalName"),
    }


def environment(place: Place) -> dict[str, Any]:
    """Answer `environment()`: the public cloud's."""
    del place
    return _PUBLIC_CLOUD


PLACE_FUNCTIONS = {
    "resourcegroup": resource_group,
    "subscription": subscription,
    "tenant": tenant,
    "deployment": deployment,
    "deployer": deployer,
    "environment": environment,
}
"""Under their lower-case names; none takes an argument."""


def _joined(pattern: str, place: Place, *names: str) -> Any:
    try:
        return pattern.format(*place.texts(*names))
    except Undetermined as unknown:
        return Unknown(pattern, unknown.needs)


def _asked_of_azure(name: str) -> Unknown:
    return Unknown(f"[{name}]", frozenset((Need("azure", name),)))
