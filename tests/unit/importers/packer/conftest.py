"""Packer templates to begin with, in both formats, and what they become."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aib_airflow.importers.packer.importing import Imported, import_packer

BUILDER: dict[str, Any] = {
    "type": "azure-arm",
    "subscription_id": "11111111-2222-3333-4444-555555555555",
    "location": "westus2",
    "image_publisher": "Canonical",
    "image_offer": "ubuntu-24_04-lts",
    "image_sku": "server",
    "managed_image_name": "web",
    "managed_image_resource_group_name": "images",
}


class Packer:
    """Writes templates of Packer into a folder, and imports them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def json(self, *provisioners: dict[str, Any], **sections: Any) -> Imported:
        """Import a JSON template: the builder above with other settings, and provisioners."""
        builder = {
            key: value for key, value in (BUILDER | sections.pop("builder", {})).items() if value is not None
        }
        imported_with = {key: sections.pop(key) for key in ("values", "source") if key in sections}
        document = {"builders": [builder], "provisioners": list(provisioners)} | sections
        return import_packer([self.write("web.json", json.dumps(document, indent=2))], **imported_with)

    def hcl(self, text: str, **imported_with: Any) -> Imported:
        """Import HCL2."""
        return import_packer([self.write("web.pkr.hcl", text)], **imported_with)

    def source(self, settings: str, build: str = "", rest: str = "") -> Imported:
        """Import HCL2 with these settings in a source that has all it needs, and this in its build."""
        return self.hcl(
            f'source "azure-arm" "web" {{\n{hcl_settings(settings)}\n}}\n'
            f'build {{\n  sources = ["source.azure-arm.web"]\n{build}\n}}\n{rest}'
        )


def hcl_settings(settings: str) -> str:
    """Return the builder's settings, without those that `settings` gives otherwise."""
    own = [
        f"  {key} = {json.dumps(value)}"
        for key, value in BUILDER.items()
        if key != "type" and f"{key} " not in settings
    ]
    return "\n".join((*own, settings))


@pytest.fixture
def packer(tmp_path: Path) -> Packer:
    return Packer(tmp_path)


@pytest.fixture
def resource() -> Callable[[Imported], dict[str, Any]]:
    """Return the one image template of what was imported."""

    def only(imported: Imported) -> dict[str, Any]:
        [found] = imported.template["resources"]
        return found

    return only


@pytest.fixture
def properties(resource: Callable[[Imported], dict[str, Any]]) -> Callable[[Imported], dict[str, Any]]:
    """Return its properties."""
    return lambda imported: resource(imported)["properties"]


@pytest.fixture
def notes() -> Callable[..., dict[str, str]]:
    """Return what was said about each setting: path to `kind: message`."""

    def said(imported: Imported) -> dict[str, str]:
        return {note.place.path.rpartition(".")[2]: f"{note.kind}: {note.message}" for note in imported.notes}

    return said
