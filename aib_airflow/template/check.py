"""Judge one evaluated image template: the models, the rules between fields, and what is not known yet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from aib_airflow.arm_template import DocumentPath, Unknown
from aib_airflow.template.conform import Conformed, conform
from aib_airflow.template.explain import explain
from aib_airflow.template.faults import Finding
from aib_airflow.template.placeholders import find_placeholders
from aib_airflow.template.resource import ImageTemplateResource
from aib_airflow.template.retired import deprecated_fields
from aib_airflow.template.shapes import record_of
from aib_airflow.template.spelling import Spelling
from aib_airflow.template.summary import os_of

_SHAPE = {"customize", "validate", "distribute"}
_SHAPE_FIELDS = {
    "type",
    "runOutputName",
    "galleryImageId",
    "targetRegions",
    "replicationRegions",
    "inVMValidations",
}
_UNUSED = {"identity", "tags"}


@dataclass(frozen=True, slots=True)
class Checked:
    """The judgement. `resource` is None where an error was found; `findings` have paths as written."""

    resource: ImageTemplateResource | None
    digest: str
    findings: tuple[Finding, ...]
    unknowns: Mapping[DocumentPath, Unknown]
    spelling: Spelling


def check(fields: dict[str, Any], *, lenient: bool) -> Checked:
    """Judge the fields of one image template; all that is wrong with it is said at once."""
    conformed = conform(record_of(ImageTemplateResource), fields, lenient=lenient)
    canonical = _canonical(conformed)
    resource, wrong = _validate(canonical[0], conformed)
    holes = list(_placeholder_findings(fields))
    filled_in = {each.path for each in holes}
    wrong = [each for each in wrong if each.path not in filled_in]
    findings = [*conformed.findings, *wrong, *holes, *_unknown_findings(conformed)]
    findings += deprecated_fields(conformed.value)
    if resource is not None:
        findings += _steps_on_the_wrong_system(resource)
    digest = hashlib.sha256("".join(canonical).encode()).hexdigest()
    broken = any(each.severity == "error" for each in findings)
    return Checked(
        None if broken else resource, digest, tuple(findings), conformed.unknowns, conformed.spelling
    )


def _canonical(conformed: Conformed) -> tuple[str, str]:
    """Return the document as canonical JSON, and beside it what is unknown."""
    text = json.dumps(conformed.value, sort_keys=True, separators=(",", ":"))
    unknown = {str(path): each.expression for path, each in conformed.unknowns.items()}
    return text, json.dumps(unknown, sort_keys=True) if unknown else ""


def _validate(canonical: str, conformed: Conformed) -> tuple[ImageTemplateResource | None, list[Finding]]:
    try:
        return ImageTemplateResource.model_validate_json(canonical), []
    except ValidationError as failure:
        findings = explain(failure, ImageTemplateResource, conformed.value)
        return None, [
            Finding(conformed.spelling.as_written(each.path), each.message, each.fix)
            for each in findings
            if not conformed.touches_unknown(each.path)
        ]
    except ValueError as wrong:  # a number too long, a text that is no Unicode
        return None, [Finding((), str(wrong))]


def _placeholder_findings(fields: dict[str, Any]) -> Iterator[Finding]:
    for path, placeholder in find_placeholders(fields):
        yield Finding(path, f"'{placeholder}' is a placeholder", "write the value in its place")


def _unknown_findings(conformed: Conformed) -> Iterator[Finding]:
    """Say what must be known to make tasks, and what nobody but Azure can tell."""
    for path, unknown in conformed.unknowns.items():
        place = conformed.spelling.as_written(path)
        asked = [need for need in unknown.needs if need.kind == "azure"]
        if asked and path[0] not in _UNUSED:
            names = ", ".join(need.name for need in asked)
            yield Finding(
                place, f"only Azure can evaluate {names}", "write the value, or make it a parameter"
            )
        elif asked:
            names = ", ".join(need.name for need in asked)
            message = f"only Azure can evaluate {names}: it is left out, no build needs it"
            yield Finding(place, message, severity="warning")
        elif _decides_tasks(path):
            names = ", ".join(f"{need.kind} '{need.name}'" for need in sorted(unknown.needs))
            yield Finding(
                place,
                f"which tasks there are depends on {names}",
                "give it in a parameters file, or in a pipeline file",
            )


def _decides_tasks(path: DocumentPath) -> bool:
    """Whether a value at `path` must be known before a run, for it makes or names tasks."""
    words = [part for part in path if isinstance(part, str)]
    if len(words) < 2 or words[0] != "properties" or words[1] not in _SHAPE:
        return False
    return len(words) == 2 or any(word in _SHAPE_FIELDS for word in words[2:3]) or words[-1] == "type"


def _steps_on_the_wrong_system(resource: ImageTemplateResource) -> Iterator[Finding]:
    """Find what the service calls CustomizerNotSupportedForImage."""
    properties = resource.properties
    validators = properties.validation.in_vm_validations if properties.validation else ()
    publisher = getattr(properties.source, "publisher", "")
    by_source = os_of((), publisher)
    expected = by_source or os_of([each.type for each in properties.customize[:1]], "")
    places: list[tuple[DocumentPath, Iterable[Any]]] = [
        (("properties", "customize"), properties.customize),
        (("properties", "validate", "inVMValidations"), validators),
    ]
    for path, steps in places:
        for index, step in enumerate(steps):
            system = os_of([step.type], "")
            expected = expected or system
            if system and system != expected:
                because = f"'{publisher}' publishes" if by_source else "the steps before it are for"
                yield Finding(
                    (*path, index, "type"),
                    f"{step.type} runs on {system}, and {because} {expected}",
                    "remove the step, or change its type",
                )
