"""Entra's side: discovery documents and tokens for the one service principal."""

from __future__ import annotations

import hmac
import urllib.parse
from collections.abc import Mapping

from aib_airflow.emulator import tokens
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.routing import Incoming, Reply
from aib_airflow.emulator.store import Json

DISCOVERY = "/.well-known/openid-configuration"


def answer(cloud: Cloud, incoming: Incoming) -> Reply | None:
    """Answer a request to the authority, or return None when it is not one."""
    tenant, _, rest = incoming.path.strip("/").partition("/")
    kind = (incoming.method, "/" + rest.lower())
    if incoming.method == "GET" and kind[1].endswith(DISCOVERY):
        return Reply(200, _configuration(cloud, tenant, incoming.base_url))
    if kind == ("GET", "/discovery/instance"):
        return Reply(200, _instance(incoming))
    if kind in {("GET", "/discovery/keys"), ("GET", "/discovery/v2.0/keys")}:
        return Reply(200, {"keys": []})
    if kind in {("POST", "/oauth2/v2.0/token"), ("POST", "/oauth2/token")}:
        return _token(cloud, tenant, incoming)
    return None


def _configuration(cloud: Cloud, tenant: str, base_url: str) -> Json:
    authority = f"{base_url}/{tenant}"
    return {
        "issuer": f"{base_url}/{_tenant_id(cloud, tenant)}/v2.0",
        "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
        "token_endpoint": f"{authority}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{authority}/oauth2/v2.0/devicecode",
        "jwks_uri": f"{authority}/discovery/v2.0/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "response_types_supported": ["code", "token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["HS256"],
        "scopes_supported": ["openid"],
        "tenant_region_scope": None,
        "cloud_instance_name": base_url.partition("://")[2],
    }


def _instance(incoming: Incoming) -> Json:
    endpoint = incoming.query.get("authorization_endpoint", "")
    host = incoming.base_url.partition("://")[2]
    authority = endpoint.partition("/oauth2/")[0] or f"{incoming.base_url}/common"
    return {
        "tenant_discovery_endpoint": f"{authority}/v2.0{DISCOVERY}",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }


def _token(cloud: Cloud, tenant: str, incoming: Incoming) -> Reply:
    form = dict(urllib.parse.parse_qsl(incoming.body.decode("utf-8", "replace")))
    if form.get("grant_type") != "client_credentials":
        return _refusal(400, "unsupported_grant_type", "AADSTS70003: only client_credentials is supported.")
    client_id = form.get("client_id", "")
    if client_id.lower() != cloud.settings.client_id.lower():
        text = f"AADSTS700016: Application with identifier '{client_id}' was not found in the directory."
        return _refusal(400, "unauthorized_client", text)
    secret = form.get("client_secret", "")
    if not hmac.compare_digest(secret.encode(), cloud.keys.client_secret.encode()):
        text = (
            "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is "
            f"the client secret value, not the client secret ID, for a secret added to app '{client_id}'."
        )
        return _refusal(401, "invalid_client", text)
    return Reply(200, _grant(cloud, tenant, form, incoming.base_url))


def _grant(cloud: Cloud, tenant: str, form: Mapping[str, str], base_url: str) -> Json:
    tenant_id = _tenant_id(cloud, tenant)
    scope = form.get("scope", "")
    audience = form.get("resource") or scope.split(" ")[0].removesuffix("/.default") or base_url
    token = tokens.issue(
        cloud.keys,
        cloud.clock,
        tenant_id=tenant_id,
        client_id=form["client_id"],
        audience=audience,
        issuer=f"{base_url}/{tenant_id}/",
    )
    lifetime = tokens.LIFETIME_S
    grant: Json = {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime}
    if "resource" in form:
        grant |= {"resource": audience, "expires_on": str(int(cloud.clock.now().timestamp()) + lifetime)}
    return {**grant, "access_token": token}


def _tenant_id(cloud: Cloud, tenant: str) -> str:
    return cloud.settings.tenant_id if tenant.lower() in {"common", "organizations", "adfs"} else tenant


def _refusal(status: int, error: str, description: str) -> Reply:
    codes = [int(description.partition(":")[0].removeprefix("AADSTS"))]
    return Reply(status, {"error": error, "error_description": description, "error_codes": codes})
