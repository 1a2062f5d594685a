"""One image template as Azure shows it, and what of it belongs into a file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aib_airflow.azure.client import polling_client, read
from aib_airflow.azure.credentials import Account
from aib_airflow.azure.errors import AzureError, DeniedError, NotFoundError
from aib_airflow.importers.azure_ids import TYPE, AzureImportError, TemplateId

API_VERSIONS = ("2025-10-01", "2024-02-01")
"""The versions to ask with, in this order: not every cloud has the newest."""
_UNKNOWN_VERSION = frozenset(
    {
        "NoRegisteredProviderFound",
        "InvalidApiVersionParameter",
        "InvalidResourceType",
        "UnsupportedApiVersion",
    }
)
_FIELDS = ("type", "apiVersion", "name", "location", "tags", "identity", "properties")
_READ_ONLY_PROPERTIES = frozenset(
    {"provisioningState", "provisioningError", "lastRunStatus", "exactStagingResourceGroup", "etag"}
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A template's document for a file, and the paths of what Azure alone writes."""

    document: dict[str, Any]
    left_out: tuple[str, ...]


def read_resource(account: Account, template: TemplateId) -> dict[str, Any]:
    """Return the resource as the wire has it, with `apiVersion`. Raises AzureImportError in one line."""
    for api_version in API_VERSIONS:
        try:
            resource = asyncio.run(_read(account, template, api_version))
        except AzureError as error:
            if error.code not in _UNKNOWN_VERSION or api_version == API_VERSIONS[-1]:
                raise AzureImportError(f"{template}: {_explained(error)}") from error
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise _strange_answer(account) from error
        except ValueError as error:  # azure-identity's word on a tenant or a client that cannot be one
            raise AzureImportError(
                f"the connection cannot be used: {' '.join(str(error).split())}"
            ) from error
        else:
            if not isinstance(resource, dict) or not isinstance(resource.get("properties"), dict):
                raise _strange_answer(account)
            return {**resource, "apiVersion": api_version}
    raise AssertionError("the loop returns or raises")


def clean(resource: dict[str, Any]) -> Cleaned:
    """Return what a file needs of a resource: nothing that is null, nothing that only Azure writes."""
    left_out: list[str] = []
    filled = (name for name in _FIELDS if resource.get(name) or name == "properties")
    document = {name: _without_nulls(resource[name]) for name in filled}
    left_out += [name for name in resource if name not in _FIELDS]
    for path, parent, names in _read_only(document):
        for name in sorted(names & parent.keys()):
            del parent[name]
            left_out.append(f"{path}.{name}")
    return Cleaned(document, tuple(dict.fromkeys(left_out)))


async def _read(account: Account, template: TemplateId, api_version: str) -> dict[str, Any]:
    async with polling_client(account) as client:
        return await read(client, str(template), api_version=api_version)


def _read_only(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], frozenset[str]]]:
    """Yield each object with read-only fields: its path, itself, their names."""
    properties = document.get("properties") or {}
    yield "properties", properties, _READ_ONLY_PROPERTIES
    yield "properties.source", properties.get("source") or {}, frozenset({"exactVersion"})
    identity = document.get("identity") or {}
    yield "identity", identity, frozenset({"principalId", "tenantId"})
    for values in (identity.get("userAssignedIdentities") or {}).values():
        yield "identity.userAssignedIdentities[*]", values, frozenset({"principalId", "clientId"})


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _strange_answer(account: Account) -> AzureImportError:
    return AzureImportError(
        f"{account.cloud.endpoint} does not answer as Azure Resource Manager does; check the connection's endpoint"
    )


def _explained(error: AzureError) -> str:
    message = " ".join(str(error).split()).rstrip(".")
    if isinstance(error, NotFoundError):
        return f"{message}; check the id, and that the connection's identity may see it"
    if isinstance(error, DeniedError) and error.code:
        return f"{message}; the connection's identity needs the right to {TYPE}/read there, as the role Reader has"
    return message
