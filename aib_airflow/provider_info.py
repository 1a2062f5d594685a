"""What Airflow learns of this package at start: connection type, links, configuration.

Airflow calls this in every process: it imports nothing but the version.
"""

from __future__ import annotations

from typing import Any

from aib_airflow import __version__

_INTEGRATION = "Azure Image Builder"
_STAGES = (
    "reserve", "prepare", "resource_group", "network", "provision", "customize", "generalize", "capture",
    "release", "distribute", "publish", "close_build", "unsupported",
)  # fmt: skip


def get_provider_info() -> dict[str, Any]:
    """Return the provider's description; its form is airflow/provider_info.schema.json."""
    return {
        "package-name": "aib-airflow",
        "name": _INTEGRATION,
        "description": "Build, patch and distribute VM images from Azure Image Builder's templates.",
        "versions": [__version__],
        "integrations": [
            {
                "integration-name": _INTEGRATION,
                "external-doc-url": "https://learn.microsoft.com/azure/virtual-machines/image-builder-overview",
                "tags": ["azure"],
            }
        ],
        "hooks": [{"integration-name": _INTEGRATION, "python-modules": ["aib_airflow.hooks.aib"]}],
        "operators": [
            {
                "integration-name": _INTEGRATION,
                "python-modules": [f"aib_airflow.operators.{stage}" for stage in _STAGES],
            }
        ],
        "sensors": [{"integration-name": _INTEGRATION, "python-modules": ["aib_airflow.sensors.region"]}],
        "triggers": [
            {
                "integration-name": _INTEGRATION,
                "python-modules": [f"aib_airflow.triggers.{name}" for name in ("operation", "region", "ssh")],
            }
        ],
        "bundles": [{"integration-name": _INTEGRATION, "python-modules": ["aib_airflow.bundles"]}],
        "extra-links": ["aib_airflow.links.portal.AzurePortalLink"],
        "connection-types": [_connection_type()],
        "config": {"aib": {"description": "Building images.", "options": _options()}},
    }


def _connection_type() -> dict[str, Any]:
    return {
        "connection-type": "azure_image_builder",
        "hook-class-name": "aib_airflow.hooks.aib.AibHook",
        "hook-name": _INTEGRATION,
        "ui-field-behaviour": {
            "hidden-fields": ["schema", "port", "host"],
            "relabeling": {"login": "Client ID", "password": "Client secret"},
            "placeholders": {
                "login": "of the service principal",
                "password": "of the service principal",
                "subscriptionId": "00000000-0000-0000-0000-000000000000",
            },
        },
        "conn-fields": {
            "subscriptionId": _field("Subscription ID"),
            "tenantId": _field("Tenant ID"),
            "authentication": _choice(
                "Authentication",
                ["", "service_principal", "managed_identity", "workload_identity", "default"],
                "Empty: by the fields that are filled; DefaultAzureCredential when none is.",
            ),
            "managed_identity_client_id": _field("Managed identity's client ID"),
            "workload_identity_tenant_id": _field("Workload identity's tenant ID"),
            "cloud_environment": _choice(
                "Cloud",
                ["AzurePublicCloud", "AzureUSGovernment", "AzureChinaCloud"],
                "Any other Azure by endpoint and authority below.",
            ),
            "endpoint": _field("Resource Manager endpoint", "https://..., instead of the cloud's"),
            "authority": _field("Entra authority", "https://..., needed with an endpoint"),
            "ca_bundle": _field(
                "CA bundle", "PEM file for an endpoint whose certificate the system does not know"
            ),
            "polling_interval_s": _field(
                "Polling interval", "seconds between two looks at Azure; 10 if empty"
            ),
        },
    }


def _field(label: str, description: str = "") -> dict[str, Any]:
    schema = {"type": ["string", "null"]}
    return {"label": label, "schema": schema, **({"description": description} if description else {})}


def _choice(label: str, values: list[str], description: str) -> dict[str, Any]:
    return {
        "label": label,
        "description": description,
        "schema": {"type": "string", "enum": values, "default": values[0]},
    }


def _options() -> dict[str, Any]:
    return {
        "uri_mirror": _option(
            "JSON object of URL prefixes and local folders: a script whose URL begins with a prefix is read "
            "from the folder, so that public templates run where the internet is closed.",
            "",
            example='{"https://raw.githubusercontent.com/": "/srv/mirror/"}',
        ),
        "allowed_source": _option(
            "Who may reach the build machine's SSH port: an address, a prefix in CIDR form, or a service tag. "
            "Give the address of your workers.",
            "*",
            example="203.0.113.7/32",
        ),
        "ssh_timeout_s": _option(
            "How long a new machine may take until SSH answers, in seconds.", "1200", kind="integer"
        ),
        "replication_timeout_s": _option(
            "How long an image version may take to replicate to a region, in seconds.", "5400", kind="integer"
        ),
        "max_download_mb": _option(
            "The largest script or file that is downloaded, in MB.", "100", kind="integer"
        ),
    }


def _option(
    description: str, default: str, *, kind: str = "string", example: str | None = None
) -> dict[str, Any]:
    return {
        "description": description,
        "version_added": "0.1.0",
        "type": kind,
        "example": example,
        "default": default,
    }
