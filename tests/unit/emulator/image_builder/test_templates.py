"""Image templates: created once, told what is wrong with them, listed, patched, deleted."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from aib_airflow.emulator.image_builder.provisioning import find_error

GROUP = "/resourceGroups/g"
TEMPLATES = f"{GROUP}/providers/Microsoft.VirtualMachineImages/imageTemplates"
WEB = f"{TEMPLATES}/web"
DEBIAN = {
    "type": "PlatformImage",
    "publisher": "Debian",
    "offer": "debian-12",
    "sku": "12",
    "version": "latest",
}
TO_GALLERY = {"type": "SharedImage", "runOutputName": "gallery", "galleryImageId": "/subscriptions/s/x"}
BODY = {
    "location": "West US 2",
    "identity": {"type": "UserAssigned", "userAssignedIdentities": {"/subscriptions/s/id": {}}},
    "tags": {"team": "web"},
    "properties": {
        "source": DEBIAN,
        "customize": [{"type": "Shell", "name": "hello", "inline": ["echo hello"]}],
        "distribute": [TO_GALLERY],
    },
}


@pytest.fixture
def azure(arm: Any) -> Any:
    """An emulated Azure with the empty group `g`."""
    arm.put(GROUP)
    return arm


def body(**properties: Any) -> dict[str, Any]:
    """Return a template's body, with other properties; None takes one away."""
    changed = copy.deepcopy(BODY)
    merged = {**changed["properties"], **properties}
    changed["properties"] = {name: value for name, value in merged.items() if value is not None}
    return changed


def refusal(reply: Any) -> tuple[int, str, str]:
    return reply.status, reply.body["error"]["code"], reply.body["error"]["message"]


def test_a_template_is_kept_as_it_was_put(azure: Any) -> None:
    """The operation ends, the state is Succeeded, and all else is what was sent."""
    reply = azure.send("PUT", WEB, BODY)
    assert (reply.status, reply.body["properties"]["provisioningState"]) == (201, "Creating")
    assert (
        "/Microsoft.VirtualMachineImages/locations/westus2/operations/"
        in reply.headers["Azure-AsyncOperation"]
    )
    assert azure.operation(reply)["status"] == "Succeeded"
    found = azure.get(WEB)
    assert found["properties"] == BODY["properties"] | {"provisioningState": "Succeeded"}
    assert (found["type"], found["name"], found["location"], found["tags"], found["identity"]) == (
        "Microsoft.VirtualMachineImages/imageTemplates", "web", "westus2", BODY["tags"], BODY["identity"],
    )  # fmt: skip


def test_a_second_put_is_refused(azure: Any) -> None:
    """Azure updates no template; not even the same one, not even a failed one."""
    azure.send("PUT", WEB, body(source={"type": "ISO"}))
    assert azure.get(WEB)["properties"]["provisioningState"] == "Failed"
    expected = (409, "Conflict", "Update/Upgrade of image templates is currently not supported")
    assert refusal(azure.send("PUT", WEB, BODY)) == expected


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"source": None}, "'ImageTemplate.properties': Missing field source"),
        ({"source": {}}, "'ImageTemplate.properties.source': Missing field type"),
        ({"distribute": None}, "'ImageTemplate.properties': Missing field distribute"),
        ({"distribute": {}}, "Field 'distribute' has a bad value: it is no array"),
        ({"customize": ["x"]}, "'ImageTemplate.properties.customize[0]': Value is not an object"),
        ({"validate": {"inVMValidations": {}}}, "'ImageTemplate.properties.validate.inVMValidations'"),
    ],
)
def test_what_is_no_template_is_refused_at_once(azure: Any, changes: Any, complaint: str) -> None:
    """400 ValidationFailed names the place, and nothing is created."""
    status, code, message = refusal(azure.send("PUT", WEB, body(**changes)))
    assert (status, code) == (400, "ValidationFailed")
    assert complaint in message
    assert azure.send("GET", WEB).status == 404


def test_a_template_has_an_identity_a_location_and_a_name_of_64_characters(azure: Any) -> None:
    """What the top level must have."""
    for missing in ("identity", "location", "properties"):
        reply = azure.send("PUT", WEB, {key: value for key, value in BODY.items() if key != missing})
        assert reply.status == 400
        assert missing in reply.body["error"]["message"]
    assert azure.send("PUT", f"{TEMPLATES}/{'x' * 65}", BODY).status == 400


@pytest.mark.parametrize(
    ("changes", "code", "complaint"),
    [
        ({"source": {"type": "ISO"}}, "BadSourceType", "'source': Field 'type' has a bad value: 'ISO'"),
        ({"source": {"type": "PlatformImage", "publisher": "a"}}, "BadPIRSource", "Missing field offer"),
        ({"source": {"type": "ManagedImage"}}, "BadManagedImageSource", "Missing field imageId"),
        ({"source": {"type": "SharedImageVersion"}}, "BadSharedImageVersionSource", "imageVersionId"),
        ({"customize": [{"type": "Ansible"}]}, "BadCustomizerType", "'customize[0]': "),
        ({"customize": [{"type": "Shell"}]}, "NoCustomizerScript", "Missing field scriptUri or inline"),
        ({"customize": [{"type": "Shell", "inline": ["a"], "scriptUri": "b"}]}, "NoCustomizerScript", "one of"),
        ({"customize": [{"type": "File", "sourceUri": "b"}]}, "Other", "Missing field destination"),
        ({"validate": {"inVMValidations": [{"type": "WindowsUpdate"}]}}, "BadValidatorType", "WindowsUpdate"),
        ({"validate": {"inVMValidations": [{"type": "PowerShell"}]}}, "NoValidatorScript", "inline"),
        ({"distribute": [{"type": "S3"}]}, "BadDistributeType", "'S3'"),
        ({"distribute": [{"type": "SharedImage", "runOutputName": "x"}]}, "BadSharedImageDistribute", "gallery"),
        ({"distribute": [{"type": "VHD"}]}, "Other", "Missing field runOutputName"),
        ({"distribute": [TO_GALLERY, TO_GALLERY]}, "Other", "runOutputName 'gallery' is not unique"),
    ],
)  # fmt: skip
def test_what_cannot_be_built_fails_later_and_says_why(
    azure: Any, changes: Any, code: str, complaint: str
) -> None:
    """The template exists, Failed, with the service's code; its operation has the same error."""
    reply = azure.send("PUT", WEB, body(**changes))
    assert reply.status == 201
    operation = azure.operation(reply)
    assert (operation["status"], operation["error"]["code"]) == ("Failed", code)
    properties = azure.get(WEB)["properties"]
    assert properties["provisioningState"] == "Failed"
    assert properties["provisioningError"]["provisioningErrorCode"] == code
    assert complaint in properties["provisioningError"]["message"]


@pytest.mark.parametrize(("api_version", "code"), [("2023-07-01", None), ("2024-02-01", "BadCustomizerType")])
def test_old_api_versions_do_not_tell_upper_from_lower_case(api_version: str, code: str | None) -> None:
    """The service tells them apart since 2024-02-01."""
    template = body(customize=[{"type": "shell", "ScriptUri": "https://example.com/a.sh"}])
    error = find_error(template["properties"], api_version)
    assert (error.code if error else None) == code


def test_read_only_fields_of_a_request_are_ignored(azure: Any) -> None:
    """A template that was read can be put again elsewhere."""
    azure.send("PUT", WEB, body(lastRunStatus={"runState": "Failed"}, provisioningError={"message": "x"}))
    assert azure.get(WEB)["properties"] == BODY["properties"] | {"provisioningState": "Succeeded"}


def test_templates_are_listed_by_group_and_by_subscription(azure: Any) -> None:
    """Both scopes of the API, and the group's list of all resources."""
    azure.put("/resourceGroups/h")
    azure.send("PUT", WEB, BODY)
    azure.send("PUT", WEB.replace("/g/", "/h/"), BODY)
    everywhere = azure.get("/providers/Microsoft.VirtualMachineImages/imageTemplates")["value"]
    assert len(everywhere) == 2
    assert [item["id"] for item in azure.get(TEMPLATES)["value"]] == [f"{azure.scope}{WEB}"]
    assert [item["name"] for item in azure.get(f"{GROUP}/resources")["value"]] == ["web"]


def test_a_patch_changes_tags_identity_machine_and_targets(azure: Any) -> None:
    """The rest stays; what is given is replaced whole."""
    azure.send("PUT", WEB, BODY)
    vhd = {"type": "VHD", "runOutputName": "vhd"}
    changes = {"distribute": [TO_GALLERY, vhd], "vmProfile": {"vmSize": "Standard_D2s_v5"}}
    reply = azure.send(
        "PATCH", WEB, {"tags": {"a": "b"}, "identity": {"type": "None"}, "properties": changes}
    )
    assert (reply.status, azure.operation(reply)["status"]) == (202, "Succeeded")
    found = azure.get(WEB)
    assert (found["tags"], found["identity"]) == ({"a": "b"}, {"type": "None"})
    assert found["properties"] == BODY["properties"] | changes | {"provisioningState": "Succeeded"}


@pytest.mark.parametrize(
    ("patch", "complaint"),
    [
        ({"location": "eastus"}, "'ImageTemplate.location': The field cannot be updated"),
        ({"properties": {"customize": []}}, "'ImageTemplate.properties.customize'"),
        ({"properties": {"distribute": []}}, "Target 'gallery' cannot be deleted"),
    ],
)
def test_a_patch_of_anything_else_is_refused(azure: Any, patch: Any, complaint: str) -> None:
    """Source and steps are for ever, and no target can be taken away."""
    azure.send("PUT", WEB, BODY)
    status, code, message = refusal(azure.send("PATCH", WEB, patch))
    assert (status, code) == (400, "ValidationFailed")
    assert complaint in message


def test_a_deleted_template_is_gone_and_can_be_put_again(azure: Any) -> None:
    """202 with a Location; 204 when there is none."""
    azure.send("PUT", WEB, BODY)
    reply = azure.send("DELETE", WEB)
    assert reply.status == 202
    assert "Location" in reply.headers
    assert azure.send("GET", WEB).status == 404
    assert azure.send("DELETE", WEB).status == 204
    assert azure.send("PUT", WEB, BODY).status == 201


def test_a_template_that_was_never_run_has_no_run_outputs(azure: Any) -> None:
    """An empty list; a missing template is told apart from it."""
    assert azure.send("GET", f"{WEB}/runOutputs").status == 404
    azure.send("PUT", WEB, BODY)
    assert azure.get(f"{WEB}/runOutputs") == {"value": []}
    assert azure.send("GET", f"{WEB}/runOutputs/gallery").status == 404


@pytest.mark.parametrize("action", ["run", "cancel"])
def test_a_build_in_the_service_is_refused_by_name(azure: Any, action: str) -> None:
    """Nobody takes silence for an image."""
    azure.send("PUT", WEB, BODY)
    status, code, message = refusal(azure.send("POST", f"{WEB}/{action}"))
    assert (status, code) == (501, "NotSupportedByEmulator")
    assert f"{WEB}/{action}" in message
    assert "builds of image templates" in message


def test_the_provider_is_registered(azure: Any) -> None:
    """Portal and CLI ask before they list."""
    provider = azure.get("/providers/Microsoft.VirtualMachineImages")
    assert [kind["resourceType"] for kind in provider["resourceTypes"]] == ["imageTemplates"]
