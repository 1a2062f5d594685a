"""Read the values of a parameters file: ARM's own form, with or without its schema, or names with bare values."""

from __future__ import annotations

from typing import Any

from aib_airflow.arm_template.errors import ArmFault, DocumentPath
from aib_airflow.arm_template.functions import kind_of
from aib_airflow.arm_template.unknown import Need, Unknown

_VALUE_KEYS = {"value", "reference", "metadata", "expression"}


def read_parameters(document: Any) -> tuple[dict[str, Any], tuple[ArmFault, ...]]:
    """Return the values that a parameters file gives, and what is wrong with it.

    A secret that lies in a Key Vault is an Unknown: Azure alone can read it. Without `parameters` at the top,
    the document itself has the names: with `{"value": ...}`, as the command line writes them, or bare.
    """
    if not isinstance(document, dict):
        return {}, (ArmFault((), f"a parameters file must be an object, not {kind_of(document)}"),)
    key = next((name for name in document if name.lower() == "parameters"), None)
    entries, path = (document, ()) if key is None else (document[key], (key,))
    if not isinstance(entries, dict):
        return {}, (ArmFault(path, f"parameters must be an object, not {kind_of(entries)}"),)
    entries = {name: entry for name, entry in entries.items() if not name.startswith("$")}
    if key is None and not all(_is_entry(entry) for entry in entries.values()):
        return {name: entry for name, entry in entries.items() if name != "contentVersion"}, ()
    return _read_entries(entries, path)


def _read_entries(entries: dict[str, Any], path: DocumentPath) -> tuple[dict[str, Any], tuple[ArmFault, ...]]:
    values: dict[str, Any] = {}
    faults: list[ArmFault] = []
    for name, entry in entries.items():
        if not _is_entry(entry):
            message = f"parameter '{name}' has neither a value nor a reference"
            faults.append(ArmFault((*path, name), message, 'write {"value": ...}'))
        elif "reference" in entry:
            values[name] = secret_of(entry["reference"])
        elif "value" in entry:
            values[name] = entry["value"]
    return values, tuple(faults)


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and bool(entry) and entry.keys() <= _VALUE_KEYS


def secret_of(reference: Any) -> Unknown:
    """Return the Unknown that stands for a secret in a Key Vault."""
    name = reference.get("secretName") if isinstance(reference, dict) else None
    text = f"the Key Vault secret '{name}'"
    return Unknown(text, frozenset((Need("azure", text),)))
