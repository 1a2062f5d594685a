"""What of a template that Azure shows belongs into a file."""

from __future__ import annotations

import copy
from typing import Any

from aib_airflow.importers.azure_resource import clean

IDENTITY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
FILE: dict[str, Any] = {
    "type": "Microsoft.VirtualMachineImages/imageTemplates",
    "apiVersion": "2025-10-01",
    "name": "web",
    "location": "westus2",
    "tags": {"team": "web"},
    "identity": {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}},
    "properties": {
        "source": {"type": "SharedImageVersion", "imageVersionId": "/x/versions/latest"},
        "distribute": [{"type": "VHD", "runOutputName": "vhd", "artifactTags": {}}],
    },
}


def as_azure_shows_it() -> dict[str, Any]:
    """Return FILE as a GET has it: ids, states, and nulls for what was not given."""
    shown = copy.deepcopy(FILE)
    shown |= {"id": "/x", "systemData": {"createdBy": "me"}, "etag": "1"}
    shown["identity"]["userAssignedIdentities"][IDENTITY] = {"principalId": "p", "clientId": "c"}
    shown["properties"] |= {
        "provisioningState": "Failed",
        "provisioningError": {"message": "no"},
        "lastRunStatus": {"runState": "Failed"},
        "exactStagingResourceGroup": "/subscriptions/s/resourceGroups/IT_g_web",
        "vmProfile": None,
        "customize": None,
    }
    shown["properties"]["source"]["exactVersion"] = "1.2.3"
    return shown


def test_a_file_has_what_a_person_wrote_and_nothing_else() -> None:
    """Read-only fields go by name, nulls without a word, and what is left is as it was."""
    cleaned = clean(as_azure_shows_it())
    assert cleaned.document == FILE
    assert list(cleaned.document) == [
        "type",
        "apiVersion",
        "name",
        "location",
        "tags",
        "identity",
        "properties",
    ]
    assert set(cleaned.left_out) == {
        "id", "systemData", "etag",
        "properties.provisioningState", "properties.provisioningError", "properties.lastRunStatus",
        "properties.exactStagingResourceGroup", "properties.source.exactVersion",
        "identity.userAssignedIdentities[*].principalId", "identity.userAssignedIdentities[*].clientId",
    }  # fmt: skip


def test_a_template_without_tags_and_identity_stays_without() -> None:
    """Old templates have none."""
    bare = {name: value for name, value in FILE.items() if name not in {"tags", "identity"}}
    assert clean({**bare, "tags": {}, "identity": None}).document == bare
