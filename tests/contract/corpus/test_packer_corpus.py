"""The import of Packer's templates against 43 real ones of other people, which are never copied."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from aib_airflow import template
from aib_airflow.importers.packer.document import AZURE
from aib_airflow.importers.packer.importing import Imported, import_packer
from aib_airflow.importers.packer.provisioners import applies, steps
from aib_airflow.importers.packer.reading import read_document
from aib_airflow.importers.packer.report import Report
from aib_airflow.importers.packer.scope import Scope
from aib_airflow.importers.packer.writer import Writer
from aib_airflow.template import TemplateError

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
FOLDER = CORPUS / "packer"

if not FOLDER.is_dir():
    pytest.skip(f"needs the corpus of real templates at {CORPUS}", allow_module_level=True)

FILES = sorted(FOLDER.iterdir())
BUILDS_ONLY = {
    "Azure__azhpc-images__packer__build.pkr.hcl",
    "actions__runner-images__images__ubuntu__templates__build.ubuntu-24_04.pkr.hcl",
    "actions__runner-images__images__windows__templates__build.windows-2025.pkr.hcl",
}
"""Their sources are in other files of the same folder."""
IMPORTABLE = [path for path in FILES if path.name not in BUILDS_ONLY]

TYPED_VALUES = {"int": 64, "bool": False, "array": ["eastus"], "object": {}}
GALLERY_IMAGE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/g/images/i"
NAMED_VALUES = {
    "version": "1.2.3",
    "location": "westus2",
    "region": "westus2",
    "subnetId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets/s",
    "galleryImageId": GALLERY_IMAGE,
    "sourceImageId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/i",
    "sourceImageVersionId": f"{GALLERY_IMAGE}/versions/1.2.3",
    "windows_sigmode_source_id": f"{GALLERY_IMAGE}/versions/1.2.3",
    "identity_id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i",
}
OBJECTS = {
    "az_compute_gallery": {"resource_group": "g", "gallery_name": "n"},
    "shared_image": {"name": "i", "os_type": "Windows"},
    "build_vm": {
        "image_publisher": "p",
        "image_offer": "o",
        "image_sku": "s",
        "size_sku": "Standard_D2s_v5",
        "os_disk_size": 64,
    },
}


def name(path: Path) -> str:
    return path.name


def value_of(parameter: str, kind: str) -> Any:
    """Return a value that somebody could give for a parameter."""
    if parameter in OBJECTS:
        return OBJECTS[parameter]
    if "identities" in parameter or "msi" in parameter:
        return [NAMED_VALUES["identity_id"]]
    if kind in TYPED_VALUES:
        return TYPED_VALUES[kind]
    if "disk_size" in parameter:
        return "64"
    fitting = (value for word, value in NAMED_VALUES.items() if word.lower() in parameter.lower())
    return next(fitting, "a:b:c" if "marketplace_sku" in parameter else "x")


def values_for(imported: Imported) -> dict[str, Any]:
    parameters = imported.template.get("parameters", {})
    return {
        parameter: value_of(parameter, body["type"])
        for parameter, body in parameters.items()
        if str(body.get("defaultValue", "")) in ("", "[subscription().subscriptionId]")
    }


def written(path: Path) -> int:
    """Count the provisioners of a file without reading it as the importer does."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return len(json.loads(text).get("provisioners", []))
    return len(re.findall(r'^\s*provisioner\s+"', text, re.MULTILINE))


def test_all_files_are_here() -> None:
    """All of them, and the builds without a source among them."""
    assert len(FILES) == 43
    assert {path.name for path in FILES} > BUILDS_ONLY


@pytest.mark.parametrize("path", IMPORTABLE, ids=name)
def test_a_file_becomes_a_valid_template(path: Path, tmp_path: Path) -> None:
    """With values for what it asks for, the reader finds no error in it."""
    imported = import_packer([path])
    file = tmp_path / "web.json"
    file.write_text(json.dumps(imported.template), encoding="utf-8")
    reading = template.read(file, parameters=values_for(imported))
    placeholders = [fault for fault in reading.errors if "<REPLACE>" in fault.message]
    assert [str(fault) for fault in reading.errors if fault not in placeholders] == []
    assert len(reading.resources) == len(imported.template["resources"]) == 1


@pytest.mark.parametrize("path", IMPORTABLE, ids=name)
def test_every_provisioner_is_carried_over_or_reported(path: Path) -> None:
    """None is overlooked, and each that runs for Azure gives steps or notes."""
    document = read_document([path], {}, [])
    provisioners = [each for build in document.builds for each in build.provisioners]
    assert len(provisioners) == written(path)
    [source] = [each for each in document.sources.values() if each.labels[0] == AZURE]
    for each in provisioners:
        writer = Writer(Scope(document), Report())
        made = steps([each], source, writer)
        assert made or writer.report.notes or not applies(each, source, writer)


@pytest.mark.parametrize("path", IMPORTABLE, ids=name)
def test_every_note_leads_to_a_line_of_the_file(path: Path) -> None:
    """And says why."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for note in import_packer([path]).notes:
        assert 1 <= note.place.line <= len(lines)
        assert lines[note.place.line - 1].strip()
        assert note.message


@pytest.mark.parametrize("path", [path for path in FILES if path.name in BUILDS_ONLY], ids=name)
def test_a_build_without_its_source_says_what_to_name(path: Path) -> None:
    """The folder, or all of the files."""
    with pytest.raises(TemplateError, match=r"is not in this file; name the template's folder"):
        import_packer([path])


@pytest.mark.parametrize("build", sorted(BUILDS_ONLY))
def test_a_build_with_its_source_becomes_a_template(build: str) -> None:
    """Two files of one template, given together."""
    source = build.replace("__build", "__source")
    source = source.replace("source.ubuntu-24_04", "source.ubuntu").replace(
        "source.windows-2025", "source.windows"
    )
    imported = import_packer([FOLDER / source, FOLDER / build])
    [resource] = imported.template["resources"]
    assert resource["properties"]["customize"]
