"""What a template says about the build itself: its machine, network, disks, identity, error handling."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from aib_airflow.template.schema import AibModel, ArmId, Sha256, State, broken_rule


class VnetConfig(AibModel):
    """The user's own network; with no subnet the build makes one."""

    subnet_id: ArmId | None = None
    container_instance_subnet_id: ArmId | None = None
    proxy_vm_size: str = ""

    @model_validator(mode="after")
    def _check_subnets(self) -> Self:
        if self.container_instance_subnet_id and not self.subnet_id:
            raise broken_rule("containerInstanceSubnetId needs subnetId", "give the build's subnet as well")
        if self.container_instance_subnet_id and self.proxy_vm_size:
            raise broken_rule(
                "proxyVmSize has no meaning with containerInstanceSubnetId", "remove it", "proxyVmSize"
            )
        return self


class VmProfile(AibModel):
    """The build machine. An empty size means AIB's default for the source's generation, 0 GB its disk's size."""

    vm_size: str = ""
    os_disk_size_gb: Annotated[int, Field(ge=0, alias="osDiskSizeGB")] = 0
    user_assigned_identities: tuple[ArmId, ...] = ()
    vnet_config: VnetConfig | None = None


class DataDisk(AibModel):
    """An empty disk beside the source's own."""

    size_gb: Annotated[int, Field(ge=0, alias="sizeGB")]


class ErrorHandling(AibModel):
    """What becomes of the machine when a step fails: `cleanup` deletes it, `abort` keeps it."""

    on_customizer_error: Literal["cleanup", "abort"] = "cleanup"
    on_validation_error: Literal["cleanup", "abort"] = "cleanup"


class VmBootOptimization(AibModel):
    """Azure's own optimisation of the boot."""

    state: State = "Disabled"


class WorkloadOptimization(AibModel):
    """Azure's own optimisation for a workload that a script describes."""

    state: State = "Disabled"
    script_uri: str = ""
    sha256_checksum: Annotated[Sha256, Field(alias="sha256Checksum")] = ""


class Optimization(AibModel):
    """What is optimised after customising."""

    vm_boot: VmBootOptimization | None = None
    workload: WorkloadOptimization | None = None


class AutoRun(AibModel):
    """Whether creating the template starts a build."""

    state: State = "Disabled"


class Identity(AibModel):
    """The identity under which AIB's service works."""

    type: Literal["UserAssigned", "None"] = "None"
    user_assigned_identities: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_one_identity(self) -> Self:
        if len(self.user_assigned_identities) > 1:
            raise broken_rule("Image Builder takes one identity only", "keep one", "userAssignedIdentities")
        return self
