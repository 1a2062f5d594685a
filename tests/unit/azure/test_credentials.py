"""Which Azure, which subscription, and how to log in."""

from __future__ import annotations

import pytest
from azure.core import AzureClouds

from aib_airflow.azure.credentials import CLOUDS, Account, AccountError, Cloud

LOOPBACK = Cloud("https://127.0.0.1:1", "https://127.0.0.1:1", "https://127.0.0.1:1/.default", "")


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("AzurePublicCloud", AzureClouds.AZURE_PUBLIC_CLOUD),
        ("AzureUSGovernment", AzureClouds.AZURE_US_GOVERNMENT),
        ("AzureChinaCloud", AzureClouds.AZURE_CHINA_CLOUD),
    ],
)
def test_a_named_cloud_is_where_the_sdk_says(name: str, setting: AzureClouds) -> None:
    """Endpoints and scopes of the named clouds are those of azure-mgmt-core."""
    from azure.mgmt.core.tools import get_arm_endpoints

    theirs = get_arm_endpoints(setting)
    assert CLOUDS[name].endpoint == theirs["resource_manager"].rstrip("/")
    assert [CLOUDS[name].scope] == theirs["credential_scopes"]


def test_the_secret_is_not_in_the_representation() -> None:
    """An account can be printed."""
    account = Account("s", client_secret="canary")
    assert "canary" not in repr(account)


@pytest.mark.parametrize(
    ("authentication", "credential"),
    [
        ("service_principal", "ClientSecretCredential"),
        ("managed_identity", "ManagedIdentityCredential"),
        ("workload_identity", "WorkloadIdentityCredential"),
        ("default", "DefaultAzureCredential"),
    ],
)
def test_each_way_to_log_in_has_its_credential(authentication, credential, monkeypatch, tmp_path) -> None:
    """The connection's authentication chooses azure-identity's class, for both kinds of client."""
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(tmp_path / "token"))
    account = Account(
        "s", authentication=authentication, tenant_id="t", client_id="c", client_secret="x", cloud=LOOPBACK
    )
    assert type(account.credential()).__name__ == credential
    assert type(account.async_credential()).__module__.startswith("azure.identity.aio")


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"subscription_id": ""}, "Subscription ID"),
        ({"subscription_id": "s", "cloud": Cloud("http://x", "https://x", "", "")}, "https://"),
        ({"subscription_id": "s", "authentication": "service_principal"}, "Client secret"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(fields: dict, word: str) -> None:
    """The error says which field of the connection to mend."""
    with pytest.raises(AccountError, match=word):
        Account(**fields)
