"""One image template, read and checked: what all later stages know about a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from aib_airflow.template.spelling import Spelling

if TYPE_CHECKING:
    from aib_airflow.arm_template import DeploymentScope, DocumentPath, Need, ParameterDeclaration, Unknown
    from aib_airflow.template.customizers import Customizer, ImageValidation
    from aib_airflow.template.distributors import Target
    from aib_airflow.template.documents import SourceFile
    from aib_airflow.template.faults import Fault, Severity
    from aib_airflow.template.files import Files
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

Mode = Literal["lenient", "strict"]
"""What is accepted: what the service does since API version 2024-02-01, or also what it did before."""


@dataclass(frozen=True, slots=True)
class TemplateOrigin:
    """How a template was read, so that it can be read again with other values.

    `index` counts a file's image templates from 0. `spelling` leads back to the author's text.
    """

    file: SourceFile
    pipeline_file: SourceFile | None
    files: Files = field(compare=False)
    parameters: Mapping[str, Any]
    scope: DeploymentScope
    mode: Mode
    resource_path: DocumentPath = ()
    spelling: Spelling = field(default_factory=Spelling)
    index: int = 0

    @property
    def main(self) -> SourceFile:
        """The file that was loaded: the pipeline file if there is one."""
        return self.pipeline_file or self.file


@dataclass(frozen=True, slots=True)
class ImageTemplate:
    """An evaluated, valid image template with the settings of its pipeline file.

    `image` is the DAG's id. `digest` is the SHA-256 of the evaluated resource as canonical JSON.
    `build_timeout_minutes` is never 0. Where a value is not known before a run, `unknowns` says so and a valid
    value stands in for it.
    """

    image: str
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
    unknowns: Mapping[DocumentPath, Unknown]
    pipeline: PipelineSettings
    origin: TemplateOrigin

    @property
    def needs(self) -> frozenset[Need]:
        """What a run has to tell before everything is known."""
        return frozenset(need for unknown in self.unknowns.values() for need in unknown.needs)

    @property
    def path(self) -> Path:
        """The file that was loaded: the pipeline file if there is one."""
        return self.origin.main.path

    @property
    def text(self) -> str:
        """The text of that file."""
        return self.origin.main.text

    @property
    def folder(self) -> Path:
        """Where relative scripts are: beside the template, not the pipeline file."""
        return self.origin.file.path.parent

    def fault(self, path: DocumentPath, message: str, fix: str = "", severity: Severity = "error") -> Fault:
        """Make a fault at a path inside the resource, such as ("properties", "customize", 2)."""
        written = self.origin.spelling.as_written(path)
        return self.origin.file.fault((*self.origin.resource_path, *written), message, fix, severity)
