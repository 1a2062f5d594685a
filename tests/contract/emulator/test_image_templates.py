"""Image templates, kept through the official SDK of Resource Manager: creation, change and deletion as it waits for them."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

VERSION = {"api_version": "2025-10-01"}
GALLERY = {"type": "SharedImage", "runOutputName": "gallery", "galleryImageId": "/subscriptions/s/x"}
BODY: dict[str, Any] = {
    "location": "westus2",
    "identity": {"type": "UserAssigned", "userAssignedIdentities": {"/subscriptions/s/i": {}}},
    "properties": {
        "source": {"type": "PlatformImage", "publisher": "a", "offer": "b", "sku": "c", "version": "latest"},
        "distribute": [GALLERY],
    },
}


@pytest.fixture
def template(azure: Any, clients: Any) -> str:
    """The id of a template that does not exist yet, in a group that does."""
    clients.resource.resource_groups.create_or_update("g", {"location": "westus2"})
    group = f"/subscriptions/{azure.settings.subscription_id}/resourceGroups/g"
    return f"{group}/providers/Microsoft.VirtualMachineImages/imageTemplates/web"


@pytest.mark.parametrize("api_version", ["2025-10-01", "2024-02-01", "2020-02-14", "2019-05-01-preview"])
def test_a_template_lives_as_the_sdk_expects(clients: Any, template: str, api_version: str) -> None:
    """Each operation is waited for in the way the API's description says, in new versions and old."""
    resources, version = clients.resource.resources, {"api_version": api_version}
    created = resources.begin_create_or_update_by_id(template, BODY, **version).result()
    assert created.properties == BODY["properties"] | {"provisioningState": "Succeeded"}
    resources.begin_update_by_id(template, {"tags": {"a": "b"}}, **version).result()
    assert resources.get_by_id(template, **version).tags == {"a": "b"}
    with pytest.raises(
        ResourceExistsError, match="Update/Upgrade of image templates is currently not supported"
    ):
        resources.begin_create_or_update_by_id(template, BODY, **version)
    resources.begin_delete_by_id(template, **version).result()
    with pytest.raises(ResourceNotFoundError):
        resources.get_by_id(template, **version)


def test_a_template_that_cannot_be_built_fails_its_operation(clients: Any, template: str) -> None:
    """The SDK raises the operation's error; the template stays, and says the same."""
    resources = clients.resource.resources
    wrong = {**BODY, "properties": {**BODY["properties"], "source": {"type": "ISO"}}}
    with pytest.raises(HttpResponseError, match="BadSourceType"):
        resources.begin_create_or_update_by_id(template, wrong, **VERSION).result()
    shown = resources.get_by_id(template, **VERSION).properties
    assert shown["provisioningState"] == "Failed"
    assert shown["provisioningError"]["provisioningErrorCode"] == "BadSourceType"
