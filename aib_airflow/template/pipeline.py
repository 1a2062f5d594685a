"""What a pipeline file adds to a template: when to build, on which machines, with which values."""

from __future__ import annotations

import dataclasses
import re
import zoneinfo
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from aib_airflow.template.schema import broken_rule

if TYPE_CHECKING:
    from aib_airflow.arm_template import DeploymentScope

_CRON_FIELD = re.compile(r"[0-9A-Za-z*/,#LW?-]+")
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


def _check_network(value: str) -> str:
    if value != "public":
        raise broken_rule(
            f"network: {value} is not built by this version yet", "write public, or leave it out"
        )
    return value


def _check_rebuild_when(value: Any) -> str:
    if value not in ("always", ["always"]):
        raise broken_rule(
            "rebuild_when other than always is not built by this version yet", "write always, or leave it out"
        )
    return "always"


class ScheduleSection(Section):
    """When a build starts by itself."""

    cron: Annotated[str, AfterValidator(_check_cron)]
    timezone: Annotated[str, AfterValidator(_check_timezone)] = "UTC"


class BuildSection(Section):
    """How a build runs; with no `vm_sizes` the template's size counts."""

    vm_sizes: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    network: Annotated[Literal["public", "private"], AfterValidator(_check_network)] = "public"
    retries: Annotated[int, Field(ge=0, le=10)] = 2


class DeploymentSection(Section):
    """What the template's deployment would have known; ARM expressions ask for it."""

    subscription_id: str = ""
    resource_group: str = ""
    location: str = ""
    tenant_id: str = ""

    def over(self, scope: DeploymentScope) -> DeploymentScope:
        """Return `scope` with what this section gives in its place."""
        return dataclasses.replace(scope, **{name: value for name, value in self if value})


class PipelineSettings(Section):
    """The sections of a pipeline file; a template alone has the defaults."""

    template: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)
    schedule: ScheduleSection | None = None
    rebuild_when: Annotated[Any, AfterValidator(_check_rebuild_when)] = "always"
    build: BuildSection = BuildSection()
    deployment: DeploymentSection = DeploymentSection()


NOT_YET = ("after", "rollout", "retain")
"""Sections of the format that this version does not act on, and so refuses."""
