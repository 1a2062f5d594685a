"""What the service finds while it provisions a template, told by its `provisioningErrorCode`s.

Rule: a template is looked at by itself. Whether its source, its scripts and its targets exist is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aib_airflow.emulator.store import Json

FIRST_CASE_SENSITIVE = "2024-02-01"
_SOURCES = {
    "PlatformImage": ("BadPIRSource", ("publisher", "offer", "sku", "version")),
    "ManagedImage": ("BadManagedImageSource", ("imageId",)),
    "SharedImageVersion": ("BadSharedImageVersionSource", ("imageVersionId",)),
}
_TARGETS = {
    "ManagedImage": ("Other", ("runOutputName", "imageId", "location")),
    "SharedImage": ("BadSharedImageDistribute", ("runOutputName", "galleryImageId")),
    "VHD": ("Other", ("runOutputName",)),
}
_FILE = ("Other", ("sourceUri", "destination"))
_CUSTOMIZERS = {
    "Shell": ("NoCustomizerScript", ("scriptUri|inline",)),
    "PowerShell": ("NoCustomizerScript", ("scriptUri|inline",)),
    "File": _FILE,
    "WindowsRestart": ("Other", ()),
    "WindowsUpdate": ("Other", ()),
}
_VALIDATORS = {
    "Shell": ("NoValidatorScript", ("scriptUri|inline",)),
    "PowerShell": ("NoValidatorScript", ("scriptUri|inline",)),
    "File": _FILE,
}
_Kinds = Mapping[str, tuple[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class ProvisioningError:
    """Why a template becomes Failed."""

    code: str
    message: str

    def as_property(self) -> Json:
        """Return the template's `provisioningError`."""
        return {"provisioningErrorCode": self.code, "message": self.message}


def find_error(properties: Json, api_version: str) -> ProvisioningError | None:
    """Return the first thing that is wrong with a template's properties, or None.

    Since 2024-02-01 the service tells upper from lower case; for older versions it does not matter.
    """
    is_folded = api_version < FIRST_CASE_SENSITIVE
    validate = properties.get("validate") or {}
    parts = (
        ("source", [properties["source"]], _SOURCES, "BadSourceType"),
        ("customize", properties.get("customize"), _CUSTOMIZERS, "BadCustomizerType"),
        ("validate.inVMValidations", validate.get("inVMValidations"), _VALIDATORS, "BadValidatorType"),
        ("distribute", properties["distribute"], _TARGETS, "BadDistributeType"),
    )
    for place, items, kinds, bad_type in parts:
        for index, item in enumerate(items or []):
            where = place if place == "source" else f"{place}[{index}]"
            for error in _errors_of(_spelled(item, kinds) if is_folded else item, where, kinds, bad_type):
                return error
    return _repeated_output(properties["distribute"])


def _errors_of(item: Json, place: str, kinds: _Kinds, bad_type: str) -> Iterator[ProvisioningError]:
    """Yield what is wrong with one source, step or target; an unknown type hides the rest."""
    if item["type"] not in kinds:
        yield ProvisioningError(bad_type, f"'{place}': Field 'type' has a bad value: '{item['type']}'")
        return
    code, required = kinds[item["type"]]
    for alternatives in required:
        given = [name for name in alternatives.split("|") if item.get(name)]
        if not given:
            yield ProvisioningError(code, f"'{place}': Missing field {alternatives.replace('|', ' or ')}")
        elif len(given) > 1:
            yield ProvisioningError(code, f"'{place}': Only one of {' and '.join(given)} can be given")


def _spelled(item: Json, kinds: _Kinds) -> Json:
    """Return an item with its type and its required fields in the case that `kinds` has."""
    names = {
        name.lower(): name for _, required in kinds.values() for text in required for name in text.split("|")
    }
    types = {kind.lower(): kind for kind in kinds}
    item = {names.get(name.lower(), name): value for name, value in item.items()}
    return item | {"type": types.get(item["type"].lower(), item["type"])}


def _repeated_output(targets: list[Json]) -> ProvisioningError | None:
    names = [target.get("runOutputName") for target in targets]
    for name in names:
        if name and names.count(name) > 1:
            return ProvisioningError("Other", f"'distribute': runOutputName '{name}' is not unique")
    return None
