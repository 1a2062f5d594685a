"""Which Azure, which subscription, and how to log in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.credentials_async import AsyncTokenCredential

Authentication = Literal["service_principal", "managed_identity", "workload_identity", "default"]


class AccountError(ValueError):
    """What the connection says cannot be used. The message names the field and the fix."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """Where one Azure answers. `scope` is what tokens for Resource Manager are asked for."""

    endpoint: str
    authority: str
    scope: str
    portal: str


# As in azure.mgmt.core.tools.get_arm_endpoints and azure.identity.AzureAuthorityHosts; written out here so
# that a form or a link needs no SDK.
CLOUDS = {
    "AzurePublicCloud": Cloud(
        endpoint="https://management.azure.com",
        authority="https://login.microsoftonline.com",
        scope="https://management.azure.com/.default",
        portal="https://portal.azure.com",
    ),
    "AzureUSGovernment": Cloud(
        endpoint="https://management.usgovcloudapi.net",
        authority="https://login.microsoftonline.us",
        scope="https://management.core.usgovcloudapi.net/.default",
        portal="https://portal.azure.us",
    ),
    "AzureChinaCloud": Cloud(
        endpoint="https://management.chinacloudapi.cn",
        authority="https://login.chinacloudapi.cn",
        scope="https://management.chinacloudapi.cn/.default",
        portal="https://portal.azure.cn",
    ),
}


@dataclass(frozen=True, slots=True)
class Account:
    """One subscription and the identity that works in it.

    `endpoint` and `authority` are those of a named cloud, or any other's (Azure Stack Hub, the emulator);
    `ca_bundle` is a PEM file for an endpoint whose certificate the system does not know.
    """

    subscription_id: str
    cloud: Cloud = CLOUDS["AzurePublicCloud"]
    authentication: Authentication = "default"
    tenant_id: str | None = None
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    ca_bundle: str | None = None
    polling_interval_s: float = 10.0

    def __post_init__(self) -> None:
        if not self.subscription_id:
            raise AccountError("no subscription: fill the connection's field 'Subscription ID'")
        for name, url in (("endpoint", self.cloud.endpoint), ("authority", self.cloud.authority)):
            if urlsplit(url).scheme != "https":
                raise AccountError(f"the connection's field '{name}' is {url!r}: it must begin with https://")
        if self.authentication == "service_principal" and not (
            self.tenant_id and self.client_id and self.client_secret
        ):
            raise AccountError(
                "a service principal needs the fields 'Tenant ID', 'Client ID' and 'Client secret'"
            )

    @property
    def is_named_cloud(self) -> bool:
        """Tell whether this is one of Microsoft's clouds, whose authorities need no introduction."""
        return self.cloud in CLOUDS.values()

    @property
    def transport(self) -> dict[str, Any]:
        """Settings of the HTTP transport, the same for every SDK client."""
        return {"connection_verify": self.ca_bundle} if self.ca_bundle else {}

    def credential(self) -> TokenCredential:
        """Make the credential for synchronous clients."""
        from azure import identity

        return self._credential(identity)  # type: ignore[no-any-return]  # one recipe for two modules

    def async_credential(self) -> AsyncTokenCredential:
        """Make the credential for asynchronous clients."""
        from azure.identity import aio

        return self._credential(aio)  # type: ignore[no-any-return]  # one recipe for two modules

    def _credential(self, module: Any) -> Any:
        authority = {
            "authority": self.cloud.authority,
            "disable_instance_discovery": not self.is_named_cloud,
            **self.transport,
        }
        if self.authentication == "service_principal":
            return module.ClientSecretCredential(
                self.tenant_id, self.client_id, self.client_secret, **authority
            )
        if self.authentication == "managed_identity":
            return module.ManagedIdentityCredential(client_id=self.client_id, **self.transport)
        if self.authentication == "workload_identity":
            return module.WorkloadIdentityCredential(
                tenant_id=self.tenant_id, client_id=self.client_id, **authority
            )
        return module.DefaultAzureCredential(managed_identity_client_id=self.client_id, **authority)
