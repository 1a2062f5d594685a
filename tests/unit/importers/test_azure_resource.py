"""What of a template that Azure shows belongs into a file."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from aib_airflow.azure.credentials import Account
from aib_airflow.azure.errors import AzureError, DeniedError, InvalidError
from aib_airflow.importers import azure_resource
from aib_airflow.importers.azure_ids import AzureImportError, TemplateId
from aib_airflow.importers.azure_resource import clean, read_resource

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


class FakeArm:
    """Answers each api-version with a resource, or with an error."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {name.strip("_").replace("_", "-"): answer for name, answer in answers.items()}

    async def read(self, _account: Account, _template: TemplateId, api_version: str) -> Any:
        answer = self.answers[api_version]
        if isinstance(answer, Exception):
            raise answer
        return answer


UNKNOWN = InvalidError("NoRegisteredProviderFound: no", "NoRegisteredProviderFound")
SHOWN = {"name": "web", "properties": {}}


def read_from(arm: FakeArm, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(azure_resource, "_read", arm.read)
    return read_resource(Account("s"), TemplateId("s", "g", "web"))


def test_the_version_that_was_read_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest, or the next one in a cloud that has no newer."""
    new = read_from(FakeArm(_2025_10_01=SHOWN), monkeypatch)
    old = read_from(FakeArm(_2025_10_01=UNKNOWN, _2024_02_01=SHOWN), monkeypatch)
    assert (new["apiVersion"], old["apiVersion"]) == ("2025-10-01", "2024-02-01")


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (UNKNOWN, "web: NoRegisteredProviderFound: no"),
        (
            DeniedError("AuthorizationFailed: You\nmay not.", "AuthorizationFailed"),
            "You may not; .*imageTemplates/read",
        ),
        (
            json.JSONDecodeError("no JSON", "", 0),
            "does not answer as Azure Resource Manager does; check the connection's endpoint",
        ),
        (
            ValueError("Invalid tenant id.\nGive one"),
            "the connection cannot be used: Invalid tenant id. Give",
        ),
        ([], "does not answer as Azure Resource Manager does"),
        ({"name": "web"}, "does not answer as Azure Resource Manager does"),
        (AzureError("x"), "web: x"),
    ],
)
def test_what_cannot_be_read_is_one_line(
    monkeypatch: pytest.MonkeyPatch, answer: Any, complaint: str
) -> None:
    """It names the template or the endpoint, and what to do."""
    with pytest.raises(AzureImportError, match=complaint) as caught:
        read_from(FakeArm(_2025_10_01=answer, _2024_02_01=answer), monkeypatch)
    assert "\n" not in str(caught.value)
