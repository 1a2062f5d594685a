"""Turn a template into a build plan: which tasks there are, and what each has to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aib_airflow.arm_template import DeploymentScope
from aib_airflow.plan.model import BuildPlan, DistributionStep, ExportStep, MachineStep, RegionStep
from aib_airflow.plan.support import unsupported
from aib_airflow.plan.versions import version_rule
from aib_airflow.template import Fault, ImageTemplate, TemplateError, reload
from aib_airflow.template.customizers import Customizer, WindowsRestartStep, WindowsUpdateStep
from aib_airflow.template.distributors import SharedImageDistributor, TargetRegion, region_name
from aib_airflow.template.scripts import script_source

_WITHOUT_SCRIPT = (WindowsRestartStep, WindowsUpdateStep)
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


def compile(template: ImageTemplate) -> BuildPlan:  # noqa: A001 - `plan.compile` reads as what it does
    """Plan the build of a template. Pure. Raises TemplateError with everything that keeps it from being a DAG."""
    faults = [
        *_task_id_faults(template),
        *_region_faults(template),
        *_schedule_faults(template),
    ]
    if faults:
        raise TemplateError(faults)
    build = template.pipeline.build
    profile = template.vm_profile
    validation = template.validation
    validators = validation.in_vm_validations if validation else ()
    return BuildPlan(
        image=template.image,
        digest=template.digest,
        template=template,
        location="" if ("location",) in template.unknowns else region_name(template.location),
        vm_sizes=build.vm_sizes or ((profile.vm_size,) if profile.vm_size else ()),
        os_disk_size_gb=profile.os_disk_size_gb,
        build_timeout_s=template.build_timeout_minutes * 60,
        retries=build.retries,
        customizers=tuple(_machine_steps(template, "customize", template.customize)),
        validators=tuple(_machine_steps(template, "validate", validators)),
        distributions=tuple(_distributions(template)),
        exports=tuple(_exports(template)),
        resource_tags=template.managed_resource_tags,
        parameters=template.parameters,
        unsupported=tuple(unsupported(template)),
    )


def with_parameters(
    plan: BuildPlan, values: Mapping[str, Any], scope: DeploymentScope | None = None
) -> BuildPlan:
    """Plan the same text with a run's own parameter values. Raises TemplateError."""
    return compile(reload(plan.template, values, scope))


def _machine_steps(template: ImageTemplate, group: str, steps: Iterable[Customizer]) -> Iterator[MachineStep]:
    for number, step in enumerate(steps, start=1):
        yield MachineStep(
            number=number,
            task_id=f"{group}.{number}_{_slug(step.name) or step.type.lower()}",
            label=f"{step.type} {step.name}".rstrip(),
            step=step,
            script=None if isinstance(step, _WITHOUT_SCRIPT) else script_source(step, template.folder),
        )


def _distributions(template: ImageTemplate) -> Iterator[DistributionStep]:
    for distributor in template.distribute:
        if isinstance(distributor, SharedImageDistributor):
            task_name = _task_name(distributor.run_output_name)
            yield DistributionStep(
                task_id=f"distribute.{task_name}",
                run_output=distributor.run_output_name,
                distributor=distributor,
                gallery_image=distributor.gallery_image,
                version_rule=version_rule(distributor),
                regions=tuple(_regions(task_name, distributor, template.location)),
                artifact_tags=distributor.artifact_tags,
            )


def _exports(template: ImageTemplate) -> Iterator[ExportStep]:
    for distributor in template.distribute:
        if not isinstance(distributor, SharedImageDistributor):
            run_output = distributor.run_output_name
            yield ExportStep(f"distribute.{_task_name(run_output)}", run_output, distributor)


def _regions(task_name: str, distributor: SharedImageDistributor, location: str) -> Iterator[RegionStep]:
    """Yield a step a region; a target that names none gets the template's own region."""
    for target in distributor.regions or (TargetRegion(name=location),):
        region = region_name(target.name)
        yield RegionStep(
            f"regions.{task_name}.{region}", region, target.replica_count, target.storage_account_type
        )


def _slug(name: str) -> str:
    return _NOT_IN_SLUG.sub("-", name.lower())[:40].strip("-")


def _task_name(run_output: str) -> str:
    """Return a run output's name without dots, which separate groups in a task's id."""
    return run_output.replace(".", "-")


def _task_id_faults(template: ImageTemplate) -> Iterator[Fault]:
    owners: dict[str, str] = {}
    for index, target in enumerate(template.distribute):
        name = target.run_output_name
        first = owners.setdefault(_task_name(name).lower(), name)
        if first != name:
            path = ("properties", "distribute", index, "runOutputName")
            yield template.fault(path, f"'{name}' and '{first}' name the same task", "give one another name")


def _region_faults(template: ImageTemplate) -> Iterator[Fault]:
    """Find targets that leave their region to a location which only a run knows."""
    if ("location",) not in template.unknowns:
        return
    for index, target in enumerate(template.distribute):
        if isinstance(target, SharedImageDistributor) and not target.regions:
            message = "no region is named, and the template's location is not known before a run"
            yield template.fault(("properties", "distribute", index), message, "give targetRegions")


def _schedule_faults(template: ImageTemplate) -> Iterator[Fault]:
    """Find what a scheduled run would have to be asked: nobody fills in its form."""
    if template.pipeline.schedule is None or template.origin.pipeline_file is None:
        return
    for need in sorted(template.needs):
        if need.kind == "parameter" or (need.kind == "scope" and need.name in ASKED_OF_THE_FORM):
            section = "parameters" if need.kind == "parameter" else "deployment"
            message = f"a scheduled run has no form to ask for {need.kind} '{need.name}'"
            yield template.origin.pipeline_file.fault(("schedule",), message, f"give it under `{section}`")


ASKED_OF_THE_FORM = ("location", "resource_group")
"""What only a person knows of a deployment; subscription and tenant are the connection's."""
