"""The build plan: everything a build does and how its tasks are called, before any cloud is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aib_airflow.template import ImageTemplate

if TYPE_CHECKING:
    from aib_airflow.arm_template import ParameterDeclaration
    from aib_airflow.plan.versions import VersionRule
    from aib_airflow.template import Fault
    from aib_airflow.template.customizers import Customizer
    from aib_airflow.template.distributors import (
        GalleryImage,
        ManagedImageDistributor,
        SharedImageDistributor,
        VhdDistributor,
    )
    from aib_airflow.template.scripts import ScriptSource


@dataclass(frozen=True, slots=True)
class MachineStep:
    """One task on a machine, a customizer or a validator. `number` counts from 1; a restart has no script."""

    number: int
    task_id: str
    label: str
    step: Customizer
    script: ScriptSource | None


@dataclass(frozen=True, slots=True)
class RegionStep:
    """One task that watches a version arrive in a region; `region` is Azure's short name."""

    task_id: str
    region: str
    replica_count: int
    storage_account_type: str


@dataclass(frozen=True, slots=True)
class DistributionStep:
    """One task that publishes the image to a gallery, and the tasks of its regions."""

    task_id: str
    run_output: str
    distributor: SharedImageDistributor
    gallery_image: GalleryImage
    version_rule: VersionRule
    regions: tuple[RegionStep, ...]
    artifact_tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ExportStep:
    """One task that hands the image out as one thing: a managed image, or a VHD."""

    task_id: str
    run_output: str
    distributor: ManagedImageDistributor | VhdDistributor


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """One image's build.

    `image` is the DAG's id. `location` is empty where only a run knows it. `vm_sizes` are tried in order; none
    means DEFAULT_VM_SIZES for the source's generation. `os_disk_size_gb` 0 means the source's size.
    `resource_tags` go on everything a build makes, beside the build's own. `parameters` are what a trigger form
    asks for. `unsupported` is what this version cannot build: such a build is refused before anything is made.
    """

    image: str
    digest: str
    template: ImageTemplate
    location: str
    vm_sizes: tuple[str, ...]
    os_disk_size_gb: int
    build_timeout_s: int
    retries: int
    customizers: tuple[MachineStep, ...]
    validators: tuple[MachineStep, ...]
    distributions: tuple[DistributionStep, ...]
    exports: tuple[ExportStep, ...]
    resource_tags: Mapping[str, str]
    parameters: tuple[ParameterDeclaration, ...]
    unsupported: tuple[Fault, ...]

    @property
    def tasks(self) -> tuple[str, ...]:
        """What the DAG's tasks follow from: two plans with the same are built by the same DAG."""
        steps = [f"{kind}.{each.number}_{each.step.type}" for kind, each in self._machine_steps()]
        targets = [each.task_id for each in self.distributions]
        exports = [each.task_id for each in self.exports]
        regions = [region.task_id for each in self.distributions for region in each.regions]
        return (*steps, *targets, *exports, *regions)

    def _machine_steps(self) -> Iterator[tuple[str, MachineStep]]:
        yield from (("customize", each) for each in self.customizers)
        yield from (("validate", each) for each in self.validators)


DEFAULT_VM_SIZES = {"V1": "Standard_D1_v2", "V2": "Standard_D2ds_v4"}
"""AIB's machine sizes by the source's Hyper-V generation, for a template that names none."""
