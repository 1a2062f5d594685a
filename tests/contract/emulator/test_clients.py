"""What clients meet that nobody here wrote: login, refusals, restarts, blobs."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.identity import ClientSecretCredential
from azure.identity.aio import ClientSecretCredential as AsyncClientSecretCredential
from azure.mgmt.compute.aio import ComputeManagementClient as AsyncComputeManagementClient
from azure.storage.blob import BlobClient

from aib_airflow.emulator.fake_host import FakeHost
from aib_airflow.emulator.server import Emulator, PortTakenError, StateInUseError

DISKS = {"api_version": "2024-03-02"}
EMPTY = {
    "location": "westus2",
    "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 1},
}


@pytest.fixture
def web(azure: Any, credential: Any) -> Any:
    """A plain HTTP client with a token."""
    token = credential.get_token(azure.endpoint + "/.default").token
    context = ssl.create_default_context(cafile=azure.ca_bundle)
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=azure.endpoint, verify=context, headers=headers) as client:
        yield client


def test_a_wrong_secret_is_an_authentication_error(azure: Any) -> None:
    """azure-identity shows Entra's own words."""
    with (
        ClientSecretCredential(
            azure.settings.tenant_id,
            azure.settings.client_id,
            "guess",
            authority=azure.endpoint,
            disable_instance_discovery=True,
            connection_verify=azure.ca_bundle,
        ) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS7000215"),
    ):
        credential.get_token(azure.endpoint + "/.default")


async def test_the_asynchronous_clients_work_too(azure: Any, clients: Any) -> None:
    """aiohttp takes the same CA bundle by the same argument."""
    clients.resource.resource_groups.create_or_update("g", {"location": "westus2"})
    settings = azure.settings
    async with (
        AsyncClientSecretCredential(
            settings.tenant_id,
            settings.client_id,
            azure.connection()["client_secret"],
            authority=azure.endpoint,
            disable_instance_discovery=True,
            connection_verify=azure.ca_bundle,
        ) as credential,
        AsyncComputeManagementClient(
            credential,
            settings.subscription_id,
            base_url=azure.endpoint,
            credential_scopes=[azure.endpoint + "/.default"],
            connection_verify=azure.ca_bundle,
            polling_interval=0.1,
        ) as compute,
    ):
        poller = await compute.disks.begin_create_or_update("g", "d", EMPTY, **DISKS)
        assert (await poller.result()).disk_size_gb == 1
        await (await compute.disks.begin_delete("g", "d", **DISKS)).result()
        assert [disk async for disk in compute.disks.list_by_resource_group("g", **DISKS)] == []
        await asyncio.sleep(0)


def test_a_poller_goes_on_in_another_client(azure: Any, clients: Any) -> None:
    """A continuation token made before is good after: operations are on disk."""
    clients.resource.resource_groups.create_or_update("g", {"location": "westus2"})
    disks = clients.compute.disks
    token = disks.begin_create_or_update("g", "d", EMPTY, **DISKS).continuation_token()
    found = disks.begin_create_or_update("g", "d", EMPTY, continuation_token=token, **DISKS).result()
    assert found.provisioning_state == "Succeeded"


def test_a_failed_operation_is_an_error_with_azures_code(clients: Any, host: FakeHost) -> None:
    """The SDK raises what the operation document says."""
    clients.resource.resource_groups.create_or_update("g", {"location": "westus2"})
    body = {"location": "westus2", "properties": {"creationData": {"createOption": "Import"}}}
    with pytest.raises(HttpResponseError) as refusal:
        clients.compute.disks.begin_create_or_update("g", "d", body, **DISKS)
    assert refusal.value.status_code == 501
    assert refusal.value.error is not None
    assert refusal.value.error.code == "NotSupportedByEmulator"


def test_a_restart_finds_everything_again(settings: Any, azure: Any, clients: Any) -> None:
    """Same folder, same CA, same secret, same resources; only the port may be another."""
    clients.resource.resource_groups.create_or_update("g", {"location": "westus2"})
    before = azure.connection()
    azure.__exit__(None, None, None)
    assert not (settings.state_dir / "connection.json").exists()
    with Emulator(settings, host=FakeHost(), platform_images=list) as again:
        after = again.connection()
        assert {**after, "endpoint": "", "authority": ""} == {**before, "endpoint": "", "authority": ""}
        assert [group.id.name for group in again.cloud.store.groups(settings.subscription_id)] == ["g"]
        assert (settings.state_dir / "connection.json").stat().st_mode & 0o777 == 0o600


def test_a_taken_port_is_named(settings: Any, azure: Any) -> None:
    """The error says which port, and which setting to change."""
    port = urlsplit(azure.endpoint).port
    other = replace(settings, port=port, state_dir=settings.state_dir.with_name("other"))
    with pytest.raises(PortTakenError, match=rf"127\.0\.0\.1:{port}.*setting `port`"):
        Emulator(other, host=FakeHost(), platform_images=list).__enter__()


def test_a_state_folder_has_one_emulator(settings: Any, azure: Any) -> None:
    """Two of them would overwrite each other's resources."""
    with pytest.raises(StateInUseError, match=r"setting `state_dir`"):
        Emulator(settings, host=FakeHost(), platform_images=list).__enter__()


def test_every_answer_has_azures_headers(web: httpx.Client) -> None:
    """Request ids and what is left of the rate limit; 401 without the token."""
    answer = web.get("/subscriptions", params={"api-version": "2022-12-01"})
    assert answer.status_code == 200
    assert {"x-ms-request-id", "x-ms-correlation-request-id"} <= set(answer.headers)
    assert answer.headers["x-ms-ratelimit-remaining-subscription-reads"]
    refused = web.get("/subscriptions", params={"api-version": "2022-12-01"}, headers={"Authorization": ""})
    assert refused.status_code == 401
    assert "authorization_uri" in refused.headers["WWW-Authenticate"]


def test_a_cloud_can_be_registered(web: httpx.Client) -> None:
    """`az cloud register` wants one object, before there is a token."""
    document = web.get("/metadata/endpoints", params={"api-version": "2022-09-01"}).json()
    assert document["resourceManager"] == str(web.base_url).rstrip("/")


def test_a_blob_opens_to_its_signature_only(azure: Any, clients: Any) -> None:
    """A wrong signature is storage's own XML error, which the SDK understands."""
    clients.resource.resource_groups.create_or_update("g", {"location": "westus2"})
    disks = clients.compute.disks
    disks.begin_create_or_update("g", "d", EMPTY, **DISKS).result()
    url = (
        disks.begin_grant_access("g", "d", {"access": "Read", "durationInSeconds": 60}, **DISKS)
        .result()
        .access_sas
    )
    with BlobClient.from_blob_url(url, connection_verify=azure.ca_bundle) as blob:
        properties = blob.get_blob_properties()
        assert (properties.size, properties.blob_type.value) == (2**30 + 512, "PageBlob")
        tail = blob.download_blob(offset=2**30, length=512).readall()
        assert tail[:8] == b"conectix"
    forged = BlobClient.from_blob_url(url.replace("sig=", "sig=A"), connection_verify=azure.ca_bundle)
    with forged, pytest.raises(ClientAuthenticationError) as refusal:
        forged.download_blob()
    assert refusal.value.error_code == "AuthenticationFailed"
    disks.begin_revoke_access("g", "d", **DISKS).result()
    disks.begin_delete("g", "d", **DISKS).result()
