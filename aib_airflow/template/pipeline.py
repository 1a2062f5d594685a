"""What a pipeline file adds to a template: when to build, on which machines, with which values."""

from __future__ import annotations

import dataclasses
import re
import zoneinfo
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from aib_airflow.template.schema import broken_rule

if TYPE_CHECKING:
    from aib_airflow.arm_template import DeploymentScope

_CRON_FIELD = re.compile(r"[0-9A-Za-z*/,#LW?-]+")
_IMAGE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_CRON_PRESETS = ("@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually")


class Section(BaseModel):
    """A section of a pipeline file: our own words, in snake_case."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _check_cron(expression: str) -> str:
    fields = expression.split()
    well_formed = len(fields) == 5 and all(map(_CRON_FIELD.fullmatch, fields))
    if not well_formed and expression not in _CRON_PRESETS:
        raise broken_rule(
            f"'{expression}' is no cron expression", "give minute hour day month weekday, such as '0 3 * * 2'"
        )
    return expression


def _check_timezone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise broken_rule(f"'{name}' is no time zone", "give a name such as Europe/Berlin or UTC") from None
    return name


def _check_image_names(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if not _IMAGE_NAME.fullmatch(name):
            raise broken_rule(
                f"'{name}' is no image", "give the name of a template's file without its suffix"
            )
    return names


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Duration = Annotated[str, Field(pattern=r"^[1-9][0-9]*[mhd]$")]
"""A time in minutes, hours or days, such as `30m` or `90d`."""

RebuildReason = Annotated[
    str,
    Field(
        pattern=r"^(always|source_changed|template_changed|packages_changed|older_than: ?[1-9][0-9]*[mhd])$"
    ),
]


class ScheduleSection(Section):
    """When a build starts by itself."""

    cron: Annotated[str, AfterValidator(_check_cron)]
    """Minute, hour, day, month and weekday, or a word such as `@weekly`."""
    timezone: Annotated[str, AfterValidator(_check_timezone)] = "UTC"
    """The zone that `cron` is meant in, such as `Europe/Berlin`."""


class BuildSection(Section):
    """How a build runs."""

    vm_sizes: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Machine sizes, tried in order when capacity or quota is short; none means the template's own."""
    network: Literal["public", "private"] = "public"
    """Whether the build machine has a public address, or only one in an existing subnet."""
    retries: Annotated[int, Field(ge=0, le=10)] = 2
    """How often each task is tried again."""


class DeploymentSection(Section):
    """What the template's deployment would have known; ARM expressions ask for it."""

    subscription_id: str = ""
    """What `subscription().subscriptionId` means; the connection's by default."""
    resource_group: str = ""
    """What `resourceGroup().name` means."""
    location: str = ""
    """What `resourceGroup().location` means."""
    tenant_id: str = ""
    """What `tenant().tenantId` means; the connection's by default."""

    def over(self, scope: DeploymentScope) -> DeploymentScope:
        """Return `scope` with what this section gives in its place."""
        return dataclasses.replace(scope, **{name: value for name, value in self if value})


class RolloutSection(Section):
    """How a version reaches its regions."""

    waves: Annotated[tuple[tuple[Annotated[str, Field(min_length=1)], ...], ...], Field(min_length=1)]
    """Lists of regions; a wave starts when the one before is healthy."""
    bake: Duration | None = None
    """How long a wave is watched before the next one starts."""
    approve: bool = False
    """Whether a person says yes before each further wave."""


class RetainSection(Section):
    """Which versions are kept; only what is neither among the newest nor young is deleted."""

    keep: Annotated[int, Field(ge=1)] = 5
    """The newest versions that always stay."""
    older_than: Duration | None = None
    """The age from which others may go."""


class PipelineSettings(Section):
    """The sections of a pipeline file; a template alone has the defaults."""

    template: str = ""
    """The template's file, beside this one; or give `properties` here, in Image Builder's words."""
    variables: dict[str, Any] = Field(default_factory=dict)
    """Values for `{{ expressions }}` in this file."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """Values for the parameters of a deployment template."""
    parameters_file: str = ""
    """A file with such values, beside this one; by default `<template>.parameters.json` if there is one."""
    schedule: ScheduleSection | None = None
    """When a build starts by itself; without one, somebody starts it."""
    rebuild_when: Annotated[
        tuple[RebuildReason, ...],
        BeforeValidator(_as_list, json_schema_input_type=RebuildReason | tuple[RebuildReason, ...]),
        Field(min_length=1, strict=False),
    ] = ("always",)
    """Reasons to build when a schedule asks: always, source_changed, template_changed, packages_changed, older_than: 30d."""
    after: Annotated[
        tuple[str, ...],
        BeforeValidator(_as_list, json_schema_input_type=str | tuple[str, ...]),
        Field(strict=False),
        AfterValidator(_check_image_names),
    ] = ()
    """Images whose new versions start a build."""
    build: BuildSection = BuildSection()
    """How a build runs."""
    deployment: DeploymentSection = DeploymentSection()
    """What the template's deployment would have known."""
    rollout: RolloutSection | None = None
    """How a version reaches its regions; all at once by default."""
    retain: RetainSection | None = None
    """Which versions are kept; all by default."""

    @property
    def unsupported(self) -> tuple[str, ...]:
        """The sections that are checked, and that this version does not act on yet."""
        asked = {
            "rebuild_when": self.rebuild_when != ("always",),
            "after": bool(self.after),
            "build": self.build.network == "private",
            "rollout": self.rollout is not None,
            "retain": self.retain is not None,
        }
        return tuple(section for section, wanted in asked.items() if wanted)
