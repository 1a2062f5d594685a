"""The build plan: everything a build does and how its tasks are called, before any cloud is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aib_airflow.template import ImageTemplate

if TYPE_CHECKING:
    from aib_airflow.arm_template import ParameterDeclaration
    from aib_airflow.plan.versions import VersionRule
    from aib_airflow.template.customizers import FileStep, ShellStep
    from aib_airflow.template.distributors import GalleryImage, SharedImageDistributor
    from aib_airflow.template.scripts import ScriptSource


@dataclass(frozen=True, slots=True)
class CustomizerStep:
    """One task that changes the machine. `number` counts from 1."""

    number: int
    task_id: str
    label: str
    customizer: ShellStep | FileStep
    script: ScriptSource


@dataclass(frozen=True, slots=True)
class RegionStep:
    """One task that watches a version arrive in a region; `region` is Azure's short name."""

    task_id: str
    region: str
    replica_count: int
    storage_account_type: str


@dataclass(frozen=True, slots=True)
class DistributionStep:
    """One task that publishes the image, and the tasks of its regions."""

    task_id: str
    run_output: str
    distributor: SharedImageDistributor
    gallery_image: GalleryImage
    version_rule: VersionRule
    regions: tuple[RegionStep, ...]
    artifact_tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """One image's build.

    `image` is the DAG's id. `vm_sizes` are tried in order; none means DEFAULT_VM_SIZES for the source's
    generation. `os_disk_size_gb` 0 means the source's size. `resource_tags` go on everything a build makes,
    beside the build's own. `parameters` are what a trigger form asks for.
    """

    image: str
    digest: str
    template: ImageTemplate
    location: str
    vm_sizes: tuple[str, ...]
    os_disk_size_gb: int
    build_timeout_s: int
    retries: int
    customizers: tuple[CustomizerStep, ...]
    distributions: tuple[DistributionStep, ...]
    resource_tags: Mapping[str, str]
    parameters: tuple[ParameterDeclaration, ...]


DEFAULT_VM_SIZES = {"V1": "Standard_D1_v2", "V2": "Standard_D2ds_v4"}
"""AIB's machine sizes by the source's Hyper-V generation, for a template that names none."""
