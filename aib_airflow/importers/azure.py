"""An image template of an Azure subscription, turned into a file that becomes a DAG.

The file is the bare resource: the reader takes a script beside it as well as a URL, so that nothing else is needed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from aib_airflow import template
from aib_airflow.azure.credentials import Account
from aib_airflow.importers import azure_signatures
from aib_airflow.importers.azure_downloads import download
from aib_airflow.importers.azure_ids import AzureImportError, TemplateId
from aib_airflow.importers.azure_resource import clean, read_resource
from aib_airflow.importers.azure_scripts import ScriptFolder, bring_scripts


@dataclass(frozen=True, slots=True)
class ImportedTemplate:
    """What was written, and what a person should know: one note a line, without secrets."""

    file: Path
    document: dict[str, Any]
    scripts: tuple[Path, ...]
    notes: tuple[str, ...]


def import_template(
    account: Account, identity: TemplateId, file: Path, scripts: Path | None = None
) -> ImportedTemplate:
    """Read a template from Azure and write it to `file`, its scripts to `scripts` (`<name>.scripts` beside it).

    Raises AzureImportError, and OSError when a file cannot be written. No file is overwritten.
    """
    folder = _script_folder(file, scripts)
    resource = read_resource(account, identity)
    cleaned = clean(resource)
    notes = [
        *_notes_of_state(resource),
        f"left out, for Azure alone writes them: {', '.join(cleaned.left_out)}",
    ]
    notes += bring_scripts(cleaned.document["properties"], folder, partial(download, account=account))
    document = _map_texts(cleaned.document, partial(_as_file_text, notes=notes))
    _write(file, document)
    notes += [str(fault) for fault in template.read(file).faults]
    return ImportedTemplate(file, document, tuple(folder.written), tuple(notes))


def _script_folder(file: Path, scripts: Path | None) -> ScriptFolder:
    """Return where scripts go. Raises AzureImportError before anything is fetched."""
    if file.exists():
        raise AzureImportError(f"{file} is there already; give another --output-file, or move it away")
    folder = scripts or file.with_name(f"{file.stem}.scripts")
    base = file.parent.resolve()
    if not folder.resolve().is_relative_to(base):
        raise AzureImportError(f"{folder} is not below {base}: a template's scripts lie beside it, or deeper")
    return ScriptFolder(folder, folder.resolve().relative_to(base))


def _notes_of_state(resource: dict[str, Any]) -> Iterator[str]:
    properties = resource.get("properties") or {}
    if properties.get("provisioningState") not in (None, "Succeeded"):
        error = properties.get("provisioningError") or {}
        why = " ".join(str(error.get("message") or "").split())
        yield f"Azure has this template as {properties['provisioningState']}" + (f": {why}" if why else "")


def _map_texts(value: Any, change: Callable[[str, str], str], place: str = "") -> Any:
    """Return a document with all its texts changed; `change` is told a text and its place."""
    if isinstance(value, dict):
        return {key: _map_texts(item, change, f"{place}.{key}".lstrip(".")) for key, item in value.items()}
    if isinstance(value, list):
        return [_map_texts(item, change, f"{place}[{index}]") for index, item in enumerate(value)]
    return change(value, place) if isinstance(value, str) else value


def _as_file_text(text: str, place: str, notes: list[str]) -> str:
    """Return a text as the file says it. It is what it was but for signatures: a bare resource evaluates nothing."""
    stripped = azure_signatures.strip(text)
    if stripped != text:
        notes.append(
            f"{place}: the signature (SAS) of a URL is a secret and is left out; put the file beside the template "
            "and name it by its path, or make the URL readable without one"
        )
    return stripped


def _write(file: Path, document: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as opened:
        json.dump(document, opened, indent=2, ensure_ascii=False)
        opened.write("\n")
