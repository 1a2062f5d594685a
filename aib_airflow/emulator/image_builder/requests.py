"""What the service refuses at once: a request that is no image template.

Rule: messages are shaped as the service's, `'ImageTemplate.properties.source': Missing field type`.
"""

from __future__ import annotations

import re
from typing import Any

from aib_airflow.emulator.errors import ArmError
from aib_airflow.emulator.store import Json

_NAME = re.compile(r"[A-Za-z0-9-_.]{1,64}")
_PATCHABLE = {"identity", "tags", "properties"}
_PATCHABLE_PROPERTIES = {"distribute", "vmProfile"}


def check_name(name: str) -> None:
    """Raise ArmError (400) unless a template may have this name."""
    if not _NAME.fullmatch(name):
        raise _invalid("ImageTemplate.name", f"Value '{name}' does not match ^[A-Za-z0-9-_.]{{1,64}}$")


def check_template(body: Json) -> None:
    """Raise ArmError (400) unless the body has all that a template must have."""
    _require(body, "ImageTemplate", {"identity": dict, "properties": dict})
    _check_identity(body["identity"])
    properties = body["properties"]
    _require(properties, "ImageTemplate.properties", {"source": dict, "distribute": list})
    lists = {"customize": properties.get("customize"), "distribute": properties["distribute"]}
    lists["validate.inVMValidations"] = _validators(properties)
    for name, items in lists.items():
        _check_typed([] if items is None else items, f"ImageTemplate.properties.{name}")
    _require(properties["source"], "ImageTemplate.properties.source", {"type": str})


def check_patch(body: Json, existing: Json) -> None:
    """Raise ArmError (400) when the body changes what only a new template can have."""
    properties = body.get("properties") or {}
    fixed = sorted(set(body) - _PATCHABLE) + sorted(
        f"properties.{name}" for name in set(properties) - _PATCHABLE_PROPERTIES
    )
    if fixed:
        raise _invalid(f"ImageTemplate.{fixed[0]}", "The field cannot be updated")
    if body.get("identity"):
        _check_identity(body["identity"])
    if "distribute" in properties:
        _require(properties, "ImageTemplate.properties", {"distribute": list})
        _check_typed(properties["distribute"], "ImageTemplate.properties.distribute")
        _require_all_targets(properties["distribute"], existing["properties"]["distribute"])


def _check_identity(identity: Json) -> None:
    _require(identity, "ImageTemplate.identity", {"type": str})
    if identity["type"].lower() not in {"userassigned", "none"}:
        raise _invalid("ImageTemplate.identity", f"Field 'type' has a bad value: '{identity['type']}'")


def _check_typed(items: Any, place: str) -> None:
    if not isinstance(items, list):
        raise _invalid(place, "Value is not an array")
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise _invalid(f"{place}[{index}]", "Value is not an object")
        _require(item, f"{place}[{index}]", {"type": str})


def _require_all_targets(wanted: list[Json], existing: list[Json]) -> None:
    kept = {target.get("runOutputName") for target in wanted}
    for target in existing:
        if target.get("runOutputName") not in kept:
            name = target.get("runOutputName")
            raise _invalid("ImageTemplate.properties.distribute", f"Target '{name}' cannot be deleted")


def _validators(properties: Json) -> Any:
    validate = properties.get("validate") or {}
    if not isinstance(validate, dict):
        raise _invalid("ImageTemplate.properties.validate", "Value is not an object")
    return validate.get("inVMValidations")


def _require(parent: Json, place: str, fields: dict[str, type]) -> None:
    for name, kind in fields.items():
        if parent.get(name) is None:
            raise _invalid(place, f"Missing field {name}")
        if not isinstance(parent[name], kind):
            raise _invalid(place, f"Field '{name}' has a bad value: it is no {_JSON_TYPES[kind]}")


def _invalid(place: str, message: str) -> ArmError:
    return ArmError(
        400,
        "ValidationFailed",
        f"Validation failed: '{place}': {message}. Please review "
        "http://aka.ms/azvmimagebuildertmplref for details on fields requirements in the Image Builder Template.",
    )


_JSON_TYPES: dict[type, str] = {dict: "object", list: "array", str: "string"}
