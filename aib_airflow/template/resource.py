"""The image template resource as AIB's API of 2025-10-01 has it, from the top."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from aib_airflow.template.customizers import Customizer, ImageValidation
from aib_airflow.template.distributors import Target
from aib_airflow.template.machine import AutoRun, DataDisk, ErrorHandling, Identity, Optimization, VmProfile
from aib_airflow.template.schema import AibModel, ArmId, ReadOnly, ResourceName, broken_rule
from aib_airflow.template.sources import Source

DEFAULT_BUILD_TIMEOUT_MINUTES = 240
SHORTEST_BUILD_TIMEOUT_MINUTES = 6


def _check_build_timeout(minutes: int) -> int:
    if 0 < minutes < SHORTEST_BUILD_TIMEOUT_MINUTES:
        raise broken_rule(
            f"{minutes} minutes are refused by Image Builder",
            f"give {SHORTEST_BUILD_TIMEOUT_MINUTES} to 960, or 0 for {DEFAULT_BUILD_TIMEOUT_MINUTES}",
        )
    return minutes


def _check_targets(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    # not `min_length`: pydantic then calls an array whose items are wrong too short as well
    if not targets:
        raise broken_rule("distribute must not be empty", "say where the image goes")
    return targets


class ImageTemplateProperties(AibModel):
    """The `properties`: source, steps, targets, and how to build."""

    source: Source
    customize: tuple[Customizer, ...] = ()
    optimize: Optimization | None = None
    validation: Annotated[ImageValidation | None, Field(alias="validate")] = None
    distribute: Annotated[tuple[Target, ...], AfterValidator(_check_targets)]
    error_handling: ErrorHandling = ErrorHandling()
    build_timeout_in_minutes: Annotated[int, Field(ge=0, le=960), AfterValidator(_check_build_timeout)] = 0
    vm_profile: VmProfile = VmProfile()
    additional_data_disks: tuple[DataDisk, ...] = ()
    staging_resource_group: ArmId | Literal[""] = ""
    auto_run: AutoRun = AutoRun()
    managed_resource_tags: dict[str, str] = Field(default_factory=dict)
    exact_staging_resource_group: ReadOnly
    provisioning_state: ReadOnly
    provisioning_error: ReadOnly
    last_run_status: ReadOnly

    @model_validator(mode="after")
    def _check_run_outputs(self) -> Self:
        names = [target.run_output_name.lower() for target in self.distribute]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise broken_rule(
                f"runOutputName {', '.join(sorted(twice))} is given twice",
                "give every target its own",
                "distribute",
            )
        return self


class ImageTemplateResource(AibModel):
    """The resource around the properties. `identity` may be left out: the build works under a connection's."""

    name: ResourceName | None = None
    location: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ]*$")]
    tags: dict[str, str] = Field(default_factory=dict)
    identity: Identity | None = None
    properties: ImageTemplateProperties
