"""The one subscription, its tenant and its locations."""

from __future__ import annotations

from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.identifiers import SUBSCRIPTION_TYPE
from aib_airflow.emulator.regions import REGIONS
from aib_airflow.emulator.routing import Call, Reply, Routes
from aib_airflow.emulator.store import Json


def get(cloud: Cloud, _call: Call) -> Reply:
    """GET the subscription."""
    return Reply(200, _subscription(cloud))


def list_subscriptions(cloud: Cloud, _call: Call) -> Reply:
    """GET all subscriptions."""
    return Reply(200, {"value": [_subscription(cloud)], "count": {"type": "Total", "value": 1}})


def list_tenants(cloud: Cloud, _call: Call) -> Reply:
    """GET all tenants."""
    tenant = cloud.settings.tenant_id
    return Reply(200, {"value": [{"id": f"/tenants/{tenant}", "tenantId": tenant, "tenantCategory": "Home"}]})


def list_locations(_cloud: Cloud, call: Call) -> Reply:
    """GET the regions."""
    return Reply(200, {"value": [_location(call, name, display) for name, display in REGIONS.items()]})


def _subscription(cloud: Cloud) -> Json:
    identity = cloud.settings.subscription_id
    return {
        "id": f"/subscriptions/{identity}",
        "subscriptionId": identity,
        "tenantId": cloud.settings.tenant_id,
        "displayName": "Emulated subscription",
        "state": "Enabled",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def _location(call: Call, name: str, display: str) -> Json:
    return {
        "id": f"{call.id}/locations/{name}",
        "name": name,
        "type": "Region",
        "displayName": display,
        "regionalDisplayName": display,
        "metadata": {"regionType": "Physical", "regionCategory": "Recommended"},
    }


ROUTES: Routes = {
    ("GET", "", "subscriptions"): list_subscriptions,
    ("GET", "", "tenants"): list_tenants,
    ("GET", SUBSCRIPTION_TYPE, ""): get,
    ("GET", SUBSCRIPTION_TYPE, "locations"): list_locations,
}
