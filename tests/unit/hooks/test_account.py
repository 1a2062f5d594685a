"""From an Airflow connection to an Azure account."""

from __future__ import annotations

import json

import pytest
from airflow.sdk import Connection

from aib_airflow.azure.credentials import CLOUDS, AccountError
from aib_airflow.hooks.aib import read_account


def connection(login: str | None = None, password: str | None = None, **extra: object) -> Connection:
    return Connection(
        conn_id="aib_default",
        conn_type="azure_image_builder",
        login=login,
        password=password,
        extra=json.dumps({"subscriptionId": "s"} | extra),
    )


@pytest.mark.parametrize(
    ("fields", "authentication"),
    [
        ({"login": "c", "password": "p", "tenantId": "t"}, "service_principal"),
        ({"managed_identity_client_id": "m"}, "managed_identity"),
        ({"workload_identity_tenant_id": "t", "managed_identity_client_id": "m"}, "workload_identity"),
        ({}, "default"),
        ({"authentication": "managed_identity"}, "managed_identity"),
    ],
)
def test_the_fields_that_are_filled_say_how_to_log_in(fields: dict, authentication: str) -> None:
    """The Azure provider's own connections work unchanged."""
    assert read_account(connection(**fields)).authentication == authentication


def test_an_azure_is_a_named_cloud_or_any_other_by_endpoint() -> None:
    """An endpoint goes with the authority that logs in to it."""
    assert read_account(connection(cloud_environment="AzureChinaCloud")).cloud == CLOUDS["AzureChinaCloud"]
    other = read_account(connection(endpoint="https://arm.local/", authority="https://login.local/")).cloud
    assert (other.endpoint, other.authority) == ("https://arm.local", "https://login.local")
    assert other.scope == "https://arm.local/.default"


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ({"subscriptionId": ""}, "Subscription ID"),
        ({"cloud_environment": "AzureGermanCloud"}, "cloud_environment"),
        ({"endpoint": "https://arm.local"}, "authority"),
        ({"endpoint": "http://arm.local", "authority": "https://x"}, "endpoint"),
        ({"authentication": "password"}, "authentication"),
        ({"polling_interval_s": "soon"}, "soon"),
    ],
)
def test_a_wrong_field_is_named_with_its_connection(extra: dict, field: str) -> None:
    """The error says what to mend, and where."""
    with pytest.raises(AccountError, match=f"aib_default.*{field}"):
        read_account(connection(**extra))
