"""What a template may ask for that this version does not build: each is named, and such a build is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aib_airflow.arm_template import DocumentPath
from aib_airflow.template.customizers import FileStep, ShellStep
from aib_airflow.template.distributors import SharedImageDistributor, SourceVersioning
from aib_airflow.template.sources import ManagedImageSource, PlatformImageSource

if TYPE_CHECKING:
    from aib_airflow.template import Fault, ImageTemplate

_Refusal = tuple[DocumentPath, str]


def unsupported(template: ImageTemplate) -> Iterator[Fault]:
    """Yield a warning for everything that this version would otherwise have to leave out."""
    for find in (_in_source, _in_steps, _in_targets, _in_machine, _in_service_settings):
        for path, what in find(template):
            message = f"{what} is not built by this version yet"
            yield template.fault(("properties", *path), message, "a run is refused", "warning")
    pipeline = template.origin.pipeline_file
    if pipeline is None:
        return
    for section in template.pipeline.unsupported:
        path = ("build", "network") if section == "build" else (section,)
        what = "network: private" if section == "build" else f"`{section}`"
        message = f"{what} is not built by this version yet"
        yield pipeline.fault(path, message, "a run is refused", "warning")


def _in_source(template: ImageTemplate) -> Iterator[_Refusal]:
    source = template.source
    if isinstance(source, ManagedImageSource):
        yield ("source", "type"), "source ManagedImage"
    if isinstance(source, PlatformImageSource) and source.plan_info:
        yield ("source", "planInfo"), "a source with a purchase plan"


def _in_steps(template: ImageTemplate) -> Iterator[_Refusal]:
    for index, step in enumerate(template.customize):
        if not isinstance(step, ShellStep | FileStep):
            yield ("customize", index, "type"), f"customizer {step.type}"
    validation = template.validation
    if validation and validation.in_vm_validations:
        yield ("validate", "inVMValidations"), "validation on a machine"
    if validation and validation.source_validation_only:
        yield ("validate", "sourceValidationOnly"), "validation of the source only"


def _in_targets(template: ImageTemplate) -> Iterator[_Refusal]:
    for index, target in enumerate(template.distribute):
        if not isinstance(target, SharedImageDistributor):
            yield ("distribute", index, "type"), f"distributor {target.type}"
        elif isinstance(target.versioning, SourceVersioning):
            yield ("distribute", index, "versioning", "scheme"), "versioning scheme Source"
        elif target.replication_mode != "Full":
            yield ("distribute", index, "replicationMode"), f"replicationMode {target.replication_mode}"


def _in_machine(template: ImageTemplate) -> Iterator[_Refusal]:
    profile = template.vm_profile
    vnet = profile.vnet_config
    if vnet and (vnet.subnet_id or vnet.proxy_vm_size):
        yield ("vmProfile", "vnetConfig"), "an existing subnet"
    if profile.user_assigned_identities:
        yield ("vmProfile", "userAssignedIdentities"), "an identity on the build machine"
    if template.additional_data_disks:
        yield ("additionalDataDisks",), "an additional data disk"


def _in_service_settings(template: ImageTemplate) -> Iterator[_Refusal]:
    optimize = template.optimize
    if optimize and optimize.vm_boot and optimize.vm_boot.state == "Enabled":
        yield ("optimize", "vmBoot"), "optimisation of the boot"
    if optimize and optimize.workload and optimize.workload.state == "Enabled":
        yield ("optimize", "workload"), "optimisation for a workload"
    if template.error_handling.on_customizer_error == "abort":
        yield ("errorHandling", "onCustomizerError"), "onCustomizerError abort"
    if template.error_handling.on_validation_error == "abort":
        yield ("errorHandling", "onValidationError"), "onValidationError abort"
    if template.auto_run.state == "Enabled":
        yield ("autoRun", "state"), "autoRun"
    if template.staging_resource_group:
        yield ("stagingResourceGroup",), "a staging resource group of your own"
