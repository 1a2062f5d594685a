"""From an Airflow connection to an Azure account."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast, get_args

from airflow.sdk import BaseHook

from aib_airflow.azure.client import Arm
from aib_airflow.azure.credentials import CLOUDS, Account, AccountError, Authentication, Cloud

if TYPE_CHECKING:
    from airflow.sdk import Connection

DEFAULT_CONN_ID = "aib_default"

# At INFO the SDKs write every request and its headers into the task's log: forty lines where one line of a
# script matters. `[logging] namespace_levels = azure.core=INFO` brings them back.
logging.getLogger("azure").setLevel(logging.WARNING)


class AibHook(BaseHook):
    """Azure by a connection of type `azure_image_builder`, or of the Azure provider's type `azure`.

    Both have the same fields: login is the client id, password its secret; the extra holds `tenantId`,
    `subscriptionId`, `cloud_environment`, `managed_identity_client_id`, `workload_identity_tenant_id`. Ours
    adds `authentication`, `endpoint`, `authority`, `ca_bundle` and `polling_interval_s`.
    """

    conn_name_attr = "conn_id"
    default_conn_name = DEFAULT_CONN_ID
    conn_type = "azure_image_builder"
    hook_name = "Azure Image Builder"

    def __init__(self, conn_id: str = DEFAULT_CONN_ID) -> None:
        super().__init__()
        self.conn_id = conn_id

    def account(self) -> Account:
        """Read the connection. Raises AccountError naming the field that cannot be used."""
        return read_account(self.get_connection(self.conn_id))

    async def aaccount(self) -> Account:
        """Read the connection from a trigger."""
        return read_account(await self.aget_connection(self.conn_id))

    def get_conn(self) -> Arm:
        """Make the SDK clients; close them by `with`."""
        return Arm(self.account())

    def test_connection(self) -> tuple[bool, str]:
        """Log in and read the subscription's resource groups."""
        from aib_airflow.azure.errors import AzureError
        from aib_airflow.azure.group import count

        try:
            with self.get_conn() as arm:
                groups = count(arm)
        except (AccountError, AzureError) as error:
            return False, str(error)
        return True, f"Logged in; the subscription has {groups} resource groups"


def read_account(connection: Connection) -> Account:
    """Read an account from a connection. Raises AccountError naming connection and field."""
    extra = connection.extra_dejson
    try:
        return Account(
            subscription_id=_extra(extra, "subscriptionId", "subscription_id") or "",
            cloud=_cloud(extra),
            authentication=_authentication(connection, extra),
            tenant_id=_extra(extra, "workload_identity_tenant_id") or _extra(extra, "tenantId", "tenant_id"),
            client_id=connection.login or _extra(extra, "managed_identity_client_id"),
            client_secret=connection.password,
            ca_bundle=_extra(extra, "ca_bundle"),
            polling_interval_s=float(_extra(extra, "polling_interval_s") or 10),
        )
    except ValueError as error:
        raise AccountError(f"connection {connection.conn_id!r}: {error}") from error


def _extra(extra: dict[str, Any], *names: str) -> str | None:
    return next((str(extra[name]) for name in names if extra.get(name) not in (None, "")), None)


def _authentication(connection: Connection, extra: dict[str, Any]) -> Authentication:
    named = _extra(extra, "authentication")
    if named is not None:
        return _known_authentication(named)
    if connection.login and connection.password:
        return "service_principal"
    if _extra(extra, "workload_identity_tenant_id"):
        return "workload_identity"
    return "managed_identity" if _extra(extra, "managed_identity_client_id") else "default"


def _known_authentication(name: str) -> Authentication:
    known = get_args(Authentication)
    if name not in known:
        raise AccountError(f"the field 'authentication' is {name!r}: it must be one of {', '.join(known)}")
    return cast("Authentication", name)


def _cloud(extra: dict[str, Any]) -> Cloud:
    endpoint = (_extra(extra, "endpoint") or "").rstrip("/")
    name = _extra(extra, "cloud_environment") or "AzurePublicCloud"
    if name not in CLOUDS:
        raise AccountError(
            f"the field 'cloud_environment' is {name!r}: it must be one of {', '.join(CLOUDS)}"
        )
    if not endpoint:
        return CLOUDS[name]
    authority = _extra(extra, "authority")
    if authority is None:
        raise AccountError(
            "the field 'endpoint' needs the field 'authority' beside it: where that Azure logs in"
        )
    return Cloud(endpoint, authority.rstrip("/"), f"{endpoint}/.default", portal="")
