"""The image template resource as AIB's API of 2025-10-01 has it, from the top."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from aib_airflow.template.customizers import Customizer, ImageValidation
from aib_airflow.template.distributors import Target
from aib_airflow.template.machine import AutoRun, DataDisk, ErrorHandling, Identity, Optimization, VmProfile
from aib_airflow.template.schema import AibModel, ArmIdOrNone, ReadOnly, ResourceName, broken_rule, since
from aib_airflow.template.sources import Source

DEFAULT_BUILD_TIMEOUT_MINUTES = 240
SHORTEST_BUILD_TIMEOUT_MINUTES = 6
_TOO_SHORT = {"not": {"minimum": 1, "maximum": SHORTEST_BUILD_TIMEOUT_MINUTES - 1}}


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
    """The image to begin with."""
    customize: tuple[Customizer, ...] = ()
    """The steps that change it, in their order."""
    optimize: Annotated[Optimization | None, since("2022-07-01")] = None
    """What Azure optimises after customising."""
    validation: Annotated[ImageValidation | None, Field(alias="validate"), since("2022-02-14")] = None
    """What is checked on a machine made from the finished image."""
    distribute: Annotated[
        tuple[Target, ...], AfterValidator(_check_targets), Field(json_schema_extra={"minItems": 1})
    ]
    """Where the image goes: one target or more."""
    error_handling: Annotated[ErrorHandling, since("2023-07-01")] = ErrorHandling()
    """What becomes of the machine when a step fails."""
    build_timeout_in_minutes: Annotated[
        int, Field(ge=0, le=960, json_schema_extra=_TOO_SHORT), AfterValidator(_check_build_timeout)
    ] = 0
    """How long a build may take, from the first step to the last target: 6 to 960, or 0 for 240."""
    vm_profile: VmProfile = VmProfile()
    """The build machine."""
    additional_data_disks: Annotated[tuple[DataDisk, ...], since("2025-10-01")] = ()
    """Empty disks beside the source's own."""
    staging_resource_group: Annotated[ArmIdOrNone, since("2022-02-14")] = ""
    """The resource group in which AIB works; empty means one of the build's own."""
    auto_run: Annotated[AutoRun, since("2024-02-01")] = AutoRun()
    """Whether creating the template starts a build."""
    managed_resource_tags: Annotated[dict[str, str], since("2024-02-01")] = Field(default_factory=dict)
    """Tags of everything that a build makes on its way."""
    exact_staging_resource_group: ReadOnly
    """The resource group that the service used."""
    provisioning_state: ReadOnly
    """Whether the service accepted the template."""
    provisioning_error: ReadOnly
    """Why it did not."""
    last_run_status: ReadOnly
    """What became of the service's last build."""

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
    """The template's name; the file's name where it is left out."""
    location: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ]*$", examples=["westus2"])]
    """The region in which the image is built, such as `westus2` or `West US 2`."""
    tags: dict[str, str] = Field(default_factory=dict)
    """Tags of the template itself."""
    identity: Identity | None = None
    """The identity under which AIB's service works; here the connection's login does."""
    properties: ImageTemplateProperties
    """Source, steps, targets, and how to build."""
