"""Resource providers: all that the emulator has are registered."""

from __future__ import annotations

from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.errors import ArmError
from aib_airflow.emulator.identifiers import PROVIDER_TYPE, SUBSCRIPTION_TYPE
from aib_airflow.emulator.regions import REGIONS
from aib_airflow.emulator.routing import Call, Reply, Routes
from aib_airflow.emulator.store import Json

TYPES = {
    "Microsoft.Resources": ("resourceGroups", "subscriptions"),
    "Microsoft.Network": (
        "publicIPAddresses",
        "networkSecurityGroups",
        "virtualNetworks",
        "networkInterfaces",
        "natGateways",
    ),
    "Microsoft.Compute": (
        "virtualMachines",
        "disks",
        "snapshots",
        "images",
        "galleries",
        "galleries/images",
        "galleries/images/versions",
    ),
    "Microsoft.VirtualMachineImages": ("imageTemplates",),
}


def get(_cloud: Cloud, call: Call) -> Reply:
    """GET one provider."""
    for namespace in TYPES:
        if namespace.lower() == call.id.namespace.lower():
            return Reply(200, _provider(call, namespace))
    message = f"The resource namespace '{call.id.namespace}' is invalid."
    raise ArmError(404, "InvalidResourceNamespace", message)


def list_providers(_cloud: Cloud, call: Call) -> Reply:
    """GET all providers."""
    return Reply(200, {"value": [_provider(call, namespace) for namespace in TYPES]})


def _provider(call: Call, namespace: str) -> Json:
    places = list(REGIONS.values())
    kinds = [
        {"resourceType": kind, "locations": places, "apiVersions": [call.api_version]}
        for kind in TYPES[namespace]
    ]
    return {
        "id": f"/subscriptions/{call.id.subscription}/providers/{namespace}",
        "namespace": namespace,
        "registrationState": "Registered",
        "registrationPolicy": "RegistrationRequired",
        "resourceTypes": kinds,
    }


ROUTES: Routes = {
    ("GET", PROVIDER_TYPE, ""): get,
    ("POST", PROVIDER_TYPE, "register"): get,
    ("GET", SUBSCRIPTION_TYPE, "providers"): list_providers,
}
