"""The SDK clients of one account.

Every call names its api-version, so that a new SDK release changes nothing on the wire.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aib_airflow.azure.credentials import Account
from aib_airflow.azure.errors import classify, translate

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from azure.core import AsyncPipelineClient
    from azure.core.credentials import TokenCredential
    from azure.mgmt.compute import ComputeManagementClient
    from azure.mgmt.network import NetworkManagementClient
    from azure.mgmt.resource.resources import ResourceManagementClient

COMPUTE = "2024-07-01"
SKUS = "2021-07-01"
DISKS = "2024-03-02"
GALLERY = "2024-03-03"
NETWORK = "2024-05-01"
RESOURCES = "2024-07-01"


@dataclass
class Arm:
    """Azure Resource Manager of one account; a client is made when it is first asked for."""

    account: Account

    @functools.cached_property
    def compute(self) -> ComputeManagementClient:
        """Machines, disks, snapshots, galleries, marketplace."""
        from azure.mgmt.compute import ComputeManagementClient

        return ComputeManagementClient(self._credential, self.account.subscription_id, **self._settings)

    @functools.cached_property
    def network(self) -> NetworkManagementClient:
        """Addresses, security groups, virtual networks, interfaces."""
        from azure.mgmt.network import NetworkManagementClient

        return NetworkManagementClient(self._credential, self.account.subscription_id, **self._settings)

    @functools.cached_property
    def resources(self) -> ResourceManagementClient:
        """Resource groups."""
        from azure.mgmt.resource.resources import ResourceManagementClient

        # This SDK takes its api-version here, and in no call.
        return ResourceManagementClient(
            self._credential, self.account.subscription_id, api_version=RESOURCES, **self._settings
        )

    @functools.cached_property
    def _credential(self) -> TokenCredential:
        return self.account.credential()

    @property
    def _settings(self) -> dict[str, Any]:
        return {
            "base_url": self.account.cloud.endpoint,
            "credential_scopes": [self.account.cloud.scope],
            "polling_interval": self.account.polling_interval_s,
            **self.account.transport,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in ("compute", "network", "resources"):
            if name in self.__dict__:
                self.__dict__[name].close()


@contextlib.asynccontextmanager
async def polling_client(account: Account) -> AsyncIterator[AsyncPipelineClient[Any, Any]]:
    """Open the client with which a trigger looks at Azure: GET, retries and login, no models.

    The model packages of the SDK cost 30-40 MiB a process, and one triggerer serves every waiting build.
    """
    from azure.core.pipeline import policies
    from azure.mgmt.core import AsyncARMPipelineClient
    from azure.mgmt.core.policies import ARMHttpLoggingPolicy, AsyncARMChallengeAuthenticationPolicy

    async with account.async_credential() as credential:
        client: AsyncARMPipelineClient[Any, Any] = AsyncARMPipelineClient(
            base_url=account.cloud.endpoint,
            policies=[
                policies.RequestIdPolicy(),
                policies.UserAgentPolicy(base_user_agent="aib-airflow"),
                policies.AsyncRetryPolicy(),
                AsyncARMChallengeAuthenticationPolicy(credential, account.cloud.scope),
                ARMHttpLoggingPolicy(),
            ],
            **account.transport,
        )
        async with client:
            yield client


async def read(
    client: AsyncPipelineClient[Any, Any], path: str, *, api_version: str, **params: str
) -> dict[str, Any]:
    """GET one ARM resource as JSON. Raises AzureError; NotFoundError when it is gone."""
    from azure.core.exceptions import AzureError as SdkError
    from azure.core.rest import HttpRequest

    request = HttpRequest("GET", client.format_url(path), params={"api-version": api_version, **params})
    try:
        response: Any = await client.send_request(request)
    except SdkError as error:
        raise translate(error) from error
    body: dict[str, Any] = response.json() if response.content else {}
    if response.status_code >= 400:
        failure = body.get("error") or {}
        message = failure.get("message") or f"GET {path}: HTTP {response.status_code}"
        raise classify(failure.get("code", ""), message, response.status_code)
    return body


def word(value: object, default: str = "") -> str:
    """Return what the wire says of an SDK enumeration; its members print their Python names."""
    return str(getattr(value, "value", value) or default)
