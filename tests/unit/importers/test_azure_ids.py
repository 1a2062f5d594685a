"""The id of an image template, told from everything else that people paste."""

from __future__ import annotations

import pytest

from aib_airflow.importers.azure_ids import AzureImportError, TemplateId

WEB = "/subscriptions/0a-1/resourceGroups/my.group_(1)/providers/Microsoft.VirtualMachineImages/imageTemplates/web-1.x"


@pytest.mark.parametrize("text", [WEB, WEB.lower(), WEB.upper(), f"{WEB}/", f"  {WEB}\n"])
def test_an_id_is_read_whatever_its_case(text: str) -> None:
    """ARM ids have no case; they are written as the service spells them."""
    assert str(TemplateId.parse(text)).lower() == WEB.lower()
    assert "/Microsoft.VirtualMachineImages/imageTemplates/" in str(TemplateId.parse(text))


@pytest.mark.parametrize(
    "text", ["", "web", "web.json", WEB[1:], WEB.removesuffix("/web-1.x"), f"{WEB}?x=1", f"{WEB}{{x}}", "/" * 9, f"{WEB}\0"]
)  # fmt: skip
def test_what_is_no_id_is_refused_with_the_form_of_one(text: str) -> None:
    """The remedy is in the message, on one line."""
    with pytest.raises(AzureImportError, match="give /subscriptions/ID/resourceGroups/GROUP") as caught:
        TemplateId.parse(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("other", ["Microsoft.Compute/images/web", "Microsoft.VirtualMachineImages/imageTemplates/web/runOutputs/x"])  # fmt: skip
def test_another_resource_is_named_by_its_type(other: str) -> None:
    """An image is not its template, and neither is a run's output."""
    with pytest.raises(AzureImportError, match="is no image template but something of Microsoft"):
        TemplateId.parse(f"/subscriptions/s/resourceGroups/g/providers/{other}")
