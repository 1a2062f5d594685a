"""Bearer tokens: JSON web tokens of the emulator's own tenant, signed with its own key (HS256)."""

from __future__ import annotations

import base64
import hmac
import json
import uuid
from typing import Any

from aib_airflow.emulator.clock import Clock
from aib_airflow.emulator.errors import ArmError
from aib_airflow.emulator.secret_keys import SecretKeys

LIFETIME_S = 3599


def issue(
    keys: SecretKeys, clock: Clock, *, tenant_id: str, client_id: str, audience: str, issuer: str
) -> str:
    """Return a token for one application."""
    now = int(clock.now().timestamp())
    claims = {
        "aud": audience,
        "iss": issuer,
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME_S,
        "appid": client_id,
        "idtyp": "app",
        "oid": str(uuid.uuid5(uuid.NAMESPACE_OID, client_id)),
        "sub": str(uuid.uuid5(uuid.NAMESPACE_OID, client_id)),
        "tid": tenant_id,
        "ver": "1.0",
    }
    payload = f"{_encode_json({'alg': 'HS256', 'typ': 'JWT'})}.{_encode_json(claims)}"
    return f"{payload}.{_encode(keys.sign(payload))}"


def check(authorization: str, keys: SecretKeys, clock: Clock, *, authority: str) -> None:
    """Raise ArmError (401) unless the header carries a token of ours that has not expired."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _refused(
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing or not a bearer token.",
            authority,
        )
    claims = _verified_claims(token.strip(), keys)
    if claims is None:
        raise _refused("InvalidAuthenticationToken", "The access token is invalid.", authority)
    if int(claims["exp"]) <= clock.now().timestamp():
        raise _refused("ExpiredAuthenticationToken", "The access token expiry UTC time is past.", authority)


def _verified_claims(token: str, keys: SecretKeys) -> dict[str, Any] | None:
    payload, _, signature = token.rpartition(".")
    if not hmac.compare_digest(_encode(keys.sign(payload)).encode(), signature.encode()):
        return None
    claims: dict[str, Any] = json.loads(_decode(payload.partition(".")[2]))
    return claims


def _refused(code: str, message: str, authority: str) -> ArmError:
    challenge = (
        f'Bearer authorization_uri="{authority}", error="invalid_token", error_description="{message}"'
    )
    return ArmError(401, code, message, headers={"WWW-Authenticate": challenge})


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _encode_json(value: Any) -> str:
    return _encode(json.dumps(value, separators=(",", ":")).encode())


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
