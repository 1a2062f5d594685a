"""What a template says about the build itself: its machine, network, disks, identity, error handling."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from aib_airflow.template.schema import AibModel, ArmId, Sha256, State, broken_rule, since

_SUBNET_OF_CONTAINERS: JsonDict = {
    "dependentSchemas": {
        "containerInstanceSubnetId": {
            "required": ["subnetId"],
            "properties": {"proxyVmSize": {"maxLength": 0}},
        }
    }
}


class VnetConfig(AibModel):
    """The user's own network; with no subnet the build makes one."""

    model_config = ConfigDict(json_schema_extra=_SUBNET_OF_CONTAINERS)

    subnet_id: ArmId | None = None
    """The build machine's subnet, in the template's region."""
    container_instance_subnet_id: Annotated[ArmId | None, since("2024-02-01")] = None
    """A second subnet of the same network, for AIB's own containers; needs `subnetId`."""
    proxy_vm_size: Annotated[str, since("2021-10-01")] = ""
    """The size of AIB's proxy machine; empty means `Standard_A1_v2`. Excludes `containerInstanceSubnetId`."""

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
    """The machine's size; empty means `Standard_D1_v2` (generation 1) or `Standard_D2ds_v4` (generation 2)."""
    os_disk_size_gb: Annotated[int, Field(ge=0, alias="osDiskSizeGB")] = 0
    """Size of the OS disk in GB; 0 means the source's. A disk can only grow."""
    user_assigned_identities: Annotated[tuple[ArmId, ...], since("2021-10-01")] = ()
    """Identities that scripts on the machine can use; the template's own is not added by itself."""
    vnet_config: VnetConfig | None = None
    """A network of your own, instead of one that the build makes."""


class DataDisk(AibModel):
    """An empty disk beside the source's own."""

    size_gb: Annotated[int, Field(ge=0, alias="sizeGB")]
    """Size in GB."""


class ErrorHandling(AibModel):
    """What becomes of the machine when a step fails: `cleanup` deletes it, `abort` keeps it."""

    on_customizer_error: Literal["cleanup", "abort"] = "cleanup"
    """When a step of `customize` fails."""
    on_validation_error: Literal["cleanup", "abort"] = "cleanup"
    """When a step of `validate` fails."""


class VmBootOptimization(AibModel):
    """Azure's own optimisation of the boot."""

    state: State = "Disabled"
    """Whether it is done."""


class WorkloadOptimization(AibModel):
    """Azure's own optimisation for a workload that a script describes."""

    state: State = "Disabled"
    """Whether it is done."""
    script_uri: str = ""
    """The script that exercises the workload."""
    sha256_checksum: Annotated[Sha256, Field(alias="sha256Checksum")] = ""
    """SHA-256 of the file at `scriptUri`; empty means unchecked."""


class Optimization(AibModel):
    """What is optimised after customising."""

    vm_boot: VmBootOptimization | None = None
    """Azure's optimisation of the boot."""
    workload: Annotated[WorkloadOptimization | None, since("2025-10-01")] = None
    """Azure's optimisation for a workload."""


class AutoRun(AibModel):
    """Whether creating the template starts a build."""

    state: State = "Disabled"
    """`Enabled` builds as soon as the template is there."""


class Identity(AibModel):
    """The identity under which AIB's service works."""

    type: Literal["UserAssigned", "None"] = "None"
    """Whether there is an identity."""
    user_assigned_identities: dict[str, Any] = Field(
        default_factory=dict, json_schema_extra={"maxProperties": 1}
    )
    """The identity: its resource id as the key, with `{}` as the value."""

    @model_validator(mode="after")
    def _check_one_identity(self) -> Self:
        if len(self.user_assigned_identities) > 1:
            raise broken_rule("Image Builder takes one identity only", "keep one", "userAssignedIdentities")
        return self
