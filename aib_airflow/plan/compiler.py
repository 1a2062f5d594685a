"""Turn a template into a build plan, refusing by name what this version does not build."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aib_airflow.plan.model import BuildPlan, CustomizerStep, DistributionStep, RegionStep
from aib_airflow.plan.support import unsupported
from aib_airflow.plan.versions import version_rule
from aib_airflow.template import Fault, ImageTemplate, TemplateError, reload
from aib_airflow.template.customizers import FileStep, ShellStep
from aib_airflow.template.distributors import SharedImageDistributor, TargetRegion, region_name
from aib_airflow.template.scripts import script_source

MAX_IMAGE_NAME = 80
"""Characters of a DAG's id that leave room in task ids, group names and tags."""

_IMAGE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


def compile(template: ImageTemplate) -> BuildPlan:  # noqa: A001 - `plan.compile` reads as what it does
    """Plan the build of a template. Pure. Raises TemplateError with everything that cannot be built."""
    image = template.path.stem
    faults = [*_image_name_faults(template, image), *unsupported(template), *_task_id_faults(template)]
    if faults:
        raise TemplateError(faults)
    build = template.pipeline.build
    profile = template.vm_profile
    return BuildPlan(
        image=image,
        digest=template.digest,
        template=template,
        location=region_name(template.location),
        vm_sizes=build.vm_sizes or ((profile.vm_size,) if profile.vm_size else ()),
        os_disk_size_gb=profile.os_disk_size_gb,
        build_timeout_s=template.build_timeout_minutes * 60,
        retries=build.retries,
        customizers=tuple(_customizers(template)),
        distributions=tuple(_distributions(template)),
        resource_tags=template.managed_resource_tags,
        parameters=template.parameters,
    )


def with_parameters(plan: BuildPlan, values: Mapping[str, Any]) -> BuildPlan:
    """Plan the same text with a run's own parameter values. Raises TemplateError."""
    return compile(reload(plan.template, values))


def _customizers(template: ImageTemplate) -> Iterator[CustomizerStep]:
    for number, step in enumerate(template.customize, start=1):
        if isinstance(step, ShellStep | FileStep):
            yield CustomizerStep(
                number=number,
                task_id=f"customize.{number}_{_slug(step.name) or step.type.lower()}",
                label=f"{step.type} {step.name}".rstrip(),
                customizer=step,
                script=script_source(step, template.folder),
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


def _image_name_faults(template: ImageTemplate, image: str) -> Iterable[Fault]:
    if _IMAGE_NAME.fullmatch(image) and len(image) <= MAX_IMAGE_NAME:
        return ()
    message = f"the file's name gives the image's name, and '{image}' is none for a DAG"
    fix = f"use up to {MAX_IMAGE_NAME} letters, digits, dots, dashes and underscores"
    return (Fault(template.path, 1, 1, "", message, fix),)


def _task_id_faults(template: ImageTemplate) -> Iterator[Fault]:
    owners: dict[str, str] = {}
    for index, target in enumerate(template.distribute):
        name = target.run_output_name
        first = owners.setdefault(_task_name(name).lower(), name)
        if first != name:
            path = ("properties", "distribute", index, "runOutputName")
            yield template.fault(path, f"'{name}' and '{first}' name the same task", "give one another name")
