"""One image template, read and checked: what all later stages know about a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aib_airflow.arm_template import DeploymentScope, DocumentPath, ParameterDeclaration
    from aib_airflow.template.customizers import Customizer, ImageValidation
    from aib_airflow.template.distributors import Target
    from aib_airflow.template.documents import SourceFile
    from aib_airflow.template.faults import Fault
    from aib_airflow.template.machine import (
        AutoRun,
        DataDisk,
        ErrorHandling,
        Identity,
        Optimization,
        VmProfile,
    )
    from aib_airflow.template.pipeline import PipelineSettings
    from aib_airflow.template.sources import Source


@dataclass(frozen=True, slots=True)
class TemplateOrigin:
    """How a template was read, so that it can be read again with other values."""

    file: SourceFile
    resource_path: DocumentPath
    pipeline_file: SourceFile | None
    parameters: Mapping[str, Any]
    scope: DeploymentScope


@dataclass(frozen=True, slots=True)
class ImageTemplate:
    """An evaluated, valid image template with the settings of its pipeline file.

    `digest` is the SHA-256 of the evaluated resource as canonical JSON. `build_timeout_minutes` is never 0.
    """

    name: str
    digest: str
    location: str
    tags: Mapping[str, str]
    identity: Identity | None
    source: Source
    customize: tuple[Customizer, ...]
    optimize: Optimization | None
    validation: ImageValidation | None
    distribute: tuple[Target, ...]
    error_handling: ErrorHandling
    build_timeout_minutes: int
    vm_profile: VmProfile
    additional_data_disks: tuple[DataDisk, ...]
    staging_resource_group: str
    auto_run: AutoRun
    managed_resource_tags: Mapping[str, str]
    parameters: tuple[ParameterDeclaration, ...]
    pipeline: PipelineSettings
    origin: TemplateOrigin

    @property
    def path(self) -> Path:
        """The file that was loaded: the pipeline file if there is one."""
        return (self.origin.pipeline_file or self.origin.file).path

    @property
    def text(self) -> str:
        """The text of that file."""
        return (self.origin.pipeline_file or self.origin.file).text

    @property
    def folder(self) -> Path:
        """Where relative scripts are: beside the template, not the pipeline file."""
        return self.origin.file.path.parent

    def fault(self, path: DocumentPath, message: str, fix: str = "") -> Fault:
        """Make a fault at a path inside the resource, such as ("properties", "customize", 2)."""
        return self.origin.file.fault((*self.origin.resource_path, *path), message, fix)
