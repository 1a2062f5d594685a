"""A build plan as a JSON document: all of it, scripts by their digest, and unknown values by what they need."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from aib_airflow import plan as planning
from aib_airflow.arm_template import Unknown
from aib_airflow.plan import BuildNames, BuildPlan

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath, ParameterDeclaration
    from aib_airflow.plan import DistributionStep, ExportStep, MachineStep, VersionRule
    from aib_airflow.template import Fault, ImageTemplate
    from aib_airflow.template.scripts import ScriptSource

BUILD = "<build>"
"""Stands for the ten characters by which a run's resources differ from another's."""


def as_document(plan: BuildPlan) -> dict[str, Any]:
    """Return the whole plan. Local scripts are read for their digests; nothing else is."""
    template = plan.template
    return {
        "image": plan.image,
        "file": str(template.path),
        "digest": plan.digest,
        "location": location(plan),
        "source": values(template, ("properties", "source"), template.source),
        "vm_sizes": vm_sizes(plan) or list(planning.DEFAULT_VM_SIZES.values()),
        "os_disk_size_gb": plan.os_disk_size_gb,
        "build_timeout_s": plan.build_timeout_s,
        "retries": plan.retries,
        "customizers": [_machine_step(plan, each, ("customize",)) for each in plan.customizers],
        "validators": [
            _machine_step(plan, each, ("validate", "inVMValidations")) for each in plan.validators
        ],
        "distributions": [_distribution(plan, each) for each in plan.distributions],
        "exports": [_export(plan, each) for each in plan.exports],
        "names": dataclasses.asdict(names(plan)),
        "resource_tags": dict(plan.resource_tags),
        "pipeline": template.pipeline.model_dump(mode="json", exclude_defaults=True),
        "parameters": [_parameter(each) for each in plan.parameters],
        "needs": [{"kind": need.kind, "name": need.name} for need in sorted(template.needs)],
        "unsupported": [_fault(each) for each in plan.unsupported],
    }


def names(plan: BuildPlan) -> BuildNames:
    """Return the names of a build's resources, with BUILD in place of what a run decides."""
    one = BuildNames.derive(plan.image, "")
    shown = {name: value.replace(one.build_id, BUILD) for name, value in dataclasses.asdict(one).items()}
    return BuildNames(**shown)


def location(plan: BuildPlan) -> str:
    """Return the region, or what must be known to tell it."""
    unknown = plan.template.unknowns.get(("location",))
    return need_text(unknown) if unknown else plan.location


def vm_sizes(plan: BuildPlan) -> list[str]:
    """Return the machine's sizes in the order of trying, or what must be known; none means by generation."""
    template = plan.template
    unknown = template.unknowns.get(("properties", "vmProfile", "vmSize"))
    return [need_text(unknown)] if unknown and not template.pipeline.build.vm_sizes else list(plan.vm_sizes)


def values(template: ImageTemplate, path: DocumentPath, model: BaseModel) -> dict[str, Any]:
    """Return the fields of an object of the template, `<parameter x>` in place of those that are not known."""
    fields = model.model_dump(mode="json", by_alias=True, exclude_none=True)
    for unknown_path, unknown in template.unknowns.items():
        if unknown_path[: len(path)] == path:
            _put(fields, unknown_path[len(path) :], need_text(unknown))
    return fields


def need_text(unknown: Unknown) -> str:
    """Return what stands for a value that is not known yet, such as `<parameter vmSize>`."""
    return f"<{', '.join(f'{need.kind} {need.name}' for need in sorted(unknown.needs))}>"


def shown_value(value: Any) -> Any:
    """Return a value of any depth, with texts in place of what is not known yet."""
    if isinstance(value, Unknown):
        return need_text(value)
    if isinstance(value, dict):
        return {key: shown_value(item) for key, item in value.items()}
    return [shown_value(item) for item in value] if isinstance(value, list) else value


def _put(fields: Any, path: DocumentPath, text: str) -> None:
    *way, last = path
    for part in way:
        fields = fields[part]
    fields[last] = text


def _machine_step(plan: BuildPlan, step: MachineStep, place: tuple[str, ...]) -> dict[str, Any]:
    path: DocumentPath = ("properties", *place, step.number - 1)
    fields = values(plan.template, path, step.step)
    inline = fields.pop("inline", None)
    return {
        "number": step.number,
        "task_id": step.task_id,
        "label": step.label,
        "step": fields,
        "script": _script(step.script, plan.template.folder, known=_is_known(plan.template, path)),
    } | ({"inline_lines": len(inline)} if inline else {})


def _is_known(template: ImageTemplate, path: DocumentPath) -> bool:
    return all(unknown[: len(path)] != path for unknown in template.unknowns)


def _script(script: ScriptSource | None, folder: Path, *, known: bool) -> dict[str, Any] | None:
    """Return where a script is, and its SHA-256: as the template says it, else of what is on disk."""
    if script is None:
        return None
    if script.url is not None:
        return {"url": script.url, "sha256": script.sha256}
    if script.path is not None:
        digest = script.sha256 or hashlib.sha256(script.path.read_bytes()).hexdigest()
        return {"path": str(script.path.relative_to(folder)), "sha256": digest}
    return {"sha256": hashlib.sha256((script.text or "").encode()).hexdigest() if known else ""}


def _distribution(plan: BuildPlan, step: DistributionStep) -> dict[str, Any]:
    return {
        "task_id": step.task_id,
        "run_output": step.run_output,
        "gallery_image": step.gallery_image.id,
        "version_rule": _version_rule(step.version_rule),
        "regions": [dataclasses.asdict(region) for region in step.regions],
        "distributor": _target(plan, step),
    }


def _export(plan: BuildPlan, step: ExportStep) -> dict[str, Any]:
    return {"task_id": step.task_id, "run_output": step.run_output, "distributor": _target(plan, step)}


def _target(plan: BuildPlan, step: DistributionStep | ExportStep) -> dict[str, Any]:
    index = plan.template.distribute.index(step.distributor)
    return values(plan.template, ("properties", "distribute", index), step.distributor)


def _version_rule(rule: VersionRule) -> dict[str, Any]:
    return rule.model_dump(mode="json") if isinstance(rule, BaseModel) else dataclasses.asdict(rule)


def _parameter(parameter: ParameterDeclaration) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "type": parameter.type,
        "default": None if parameter.secure else shown_value(parameter.default),
        "allowed_values": list(parameter.allowed_values),
        "description": parameter.description,
        "secure": parameter.secure,
        "required": parameter.required,
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return dataclasses.asdict(fault) | {"file": str(fault.file)}
