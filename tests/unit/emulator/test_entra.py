"""Tokens for the one service principal."""

from __future__ import annotations

import base64
import json
import urllib.parse
from typing import Any

import pytest

from aib_airflow.emulator import entra
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.routing import Incoming


def ask(cloud: Cloud, path: str, method: str = "GET", **form: str) -> Any:
    body = urllib.parse.urlencode(form).encode()
    return entra.answer(cloud, Incoming(method, path, {}, {}, body, "https://127.0.0.1:1"))


def login(cloud: Cloud, **changes: str) -> Any:
    form = {
        "grant_type": "client_credentials",
        "client_id": cloud.settings.client_id,
        "client_secret": cloud.keys.client_secret,
        "scope": "https://127.0.0.1:1/.default",
    }
    return ask(cloud, "/tenant/oauth2/v2.0/token", "POST", **{**form, **changes})


def test_a_token_says_who_and_what_for(cloud: Cloud) -> None:
    """Clients read oid, tid, aud and exp out of it."""
    token = login(cloud).body["access_token"]
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert (claims["tid"], claims["aud"]) == ("tenant", "https://127.0.0.1:1")
    assert claims["exp"] - claims["iat"] == 3599
    assert claims["oid"]


def test_a_wrong_secret_is_refused_as_entra_does(cloud: Cloud) -> None:
    """MSAL turns exactly this into a ClientAuthenticationError."""
    reply = login(cloud, client_secret="guess")
    assert (reply.status, reply.body["error"]) == (401, "invalid_client")
    assert reply.body["error_description"].startswith("AADSTS7000215: Invalid client secret")


@pytest.mark.parametrize(
    ("change", "code"),
    [({"client_id": "nobody"}, 700016), ({"grant_type": "password"}, 70003)],
)
def test_other_applications_and_grants_are_refused(cloud: Cloud, change: dict[str, str], code: int) -> None:
    """There is one application, and one way for it to log in."""
    reply = login(cloud, **change)
    assert (reply.status, reply.body["error_codes"]) == (400, [code])


def test_discovery_points_back_at_the_emulator(cloud: Cloud) -> None:
    """A client that starts from the authority alone finds the token endpoint."""
    document = ask(cloud, "/tenant/v2.0/.well-known/openid-configuration").body
    assert document["token_endpoint"] == "https://127.0.0.1:1/tenant/oauth2/v2.0/token"


def test_other_paths_are_not_entras(cloud: Cloud) -> None:
    """What it does not know, it leaves to others to refuse."""
    assert ask(cloud, "/tenant/oauth2/v2.0/devicecode", "POST") is None
