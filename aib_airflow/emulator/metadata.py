"""What clients ask before they log in: the cloud's endpoints (`az cloud register`), and whether it is up."""

from __future__ import annotations

from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.routing import Incoming, Reply
from aib_airflow.emulator.store import Json


def answer(cloud: Cloud, incoming: Incoming) -> Reply | None:
    """Answer a request that needs no token, or return None when it is not one."""
    if incoming.method not in {"GET", "HEAD"}:
        return None
    if incoming.path.rstrip("/").lower() == "/metadata/endpoints":
        return Reply(200, _endpoints(cloud, incoming.base_url))
    if incoming.path == "/health":
        return Reply(200, {"status": "ok"})
    return None


def _endpoints(cloud: Cloud, base_url: str) -> Json:
    host = base_url.partition("://")[2]
    return {
        "name": "AibEmulator",
        "portal": base_url,
        "authentication": {
            "loginEndpoint": base_url,
            "audiences": [base_url],
            "tenant": cloud.settings.tenant_id,
            "identityProvider": "AAD",
        },
        "resourceManager": base_url,
        "graph": base_url,
        "graphAudience": base_url,
        "microsoftGraphResourceId": base_url,
        "gallery": base_url,
        "batch": base_url,
        "media": base_url,
        "sqlManagement": base_url,
        "vmImageAliasDoc": "",
        "suffixes": {"storage": host, "keyVaultDns": host, "acrLoginServer": host},
    }
