"""Stage `release`: the machine and its network go as soon as the snapshot is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aib_airflow.azure import network, vm
from aib_airflow.operators.base import ArmOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from aib_airflow.azure.client import Arm
    from aib_airflow.azure.operation import Operation
    from aib_airflow.build import Build


class ReleaseMachineOperator(ArmOperator):
    """Delete what costs money, beside the distribution that may take an hour."""

    rounds = ("delete_machine", "delete_interface", "delete_rest")

    def delete_machine(self, arm: Arm, build: Build, context: Context) -> list[Operation | None]:
        """Start deleting the machine; its OS disk goes with it."""
        return [vm.delete(arm, build.names.resource_group, build.names.vm)]

    def delete_interface(self, arm: Arm, build: Build, context: Context) -> list[Operation | None]:
        """Start deleting the interface, which holds address and NSG."""
        return [network.delete_interface(arm, build.network)]

    def delete_rest(self, arm: Arm, build: Build, context: Context) -> list[Operation | None]:
        """Start deleting address, NSG and virtual network."""
        return network.delete_rest(arm, build.network)
