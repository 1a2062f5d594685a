"""Say in a few words what an image template is, even one that is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aib_airflow.arm_template import Unknown
from aib_airflow.template.reading import ResourceSummary

_WINDOWS_STEPS = {"powershell", "windowsrestart", "windowsupdate"}
_WINDOWS_PUBLISHERS = {"microsoftwindowsserver", "microsoftwindowsdesktop"}


def summarize(resource: dict[str, Any]) -> ResourceSummary:
    """Describe an evaluated resource. Nothing in it needs to be valid."""
    properties = _object(_field(resource, "properties"))
    source = _object(_field(properties, "source"))
    customizers = _types(_field(properties, "customize"))
    validators = _types(_field(_object(_field(properties, "validate")), "inVMValidations"))
    return ResourceSummary(
        name=_text(_field(resource, "name")),
        source=_type(_field(properties, "source")),
        customizers=customizers,
        validators=validators,
        distributors=_types(_field(properties, "distribute")),
        os=os_of((*customizers, *validators), _text(_field(source, "publisher"))),
    )


def os_of(steps: Iterable[str], publisher: str) -> str:
    """Return the system that the steps' types, or else the source's publisher, tell of; or nothing."""
    folded = {step.lower() for step in steps}
    if folded & _WINDOWS_STEPS:
        return "Windows"
    if "shell" in folded:
        return "Linux"
    return "Windows" if publisher.lower() in _WINDOWS_PUBLISHERS else ""


def _types(value: Any) -> tuple[str, ...]:
    if isinstance(value, Unknown):
        return (value.expression,)
    items = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
    return tuple(_type(item) for item in items)


def _type(value: Any) -> str:
    return value.expression if isinstance(value, Unknown) else _text(_field(_object(value), "type"))


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    if isinstance(value, Unknown):
        return value.expression
    return value if isinstance(value, str) else ""


def _field(mapping: dict[str, Any], name: str) -> Any:
    """Return a field however its name is cased."""
    if name in mapping:
        return mapping[name]
    return next((value for key, value in mapping.items() if key.lower() == name.lower()), None)
