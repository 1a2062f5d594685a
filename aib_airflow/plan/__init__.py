"""From a checked template to the plan of its build: steps, task ids, names, versions. Pure."""

from __future__ import annotations

from aib_airflow.plan.compiler import ASKED_OF_THE_FORM, compile, with_parameters  # noqa: A004 - `plan.compile` reads as what it does
from aib_airflow.plan.model import (
    DEFAULT_VM_SIZES,
    BuildPlan,
    DistributionStep,
    ExportStep,
    MachineStep,
    RegionStep,
)
from aib_airflow.plan.names import BuildNames, tags
from aib_airflow.plan.versions import VersionError, VersionRule, next_version

__all__ = [
    "ASKED_OF_THE_FORM",
    "DEFAULT_VM_SIZES",
    "BuildNames",
    "BuildPlan",
    "DistributionStep",
    "ExportStep",
    "MachineStep",
    "RegionStep",
    "VersionError",
    "VersionRule",
    "compile",
    "next_version",
    "tags",
    "with_parameters",
]
