"""Stage `network`: the way to the build machine, and its way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import conf

from aib_airflow.azure import network
from aib_airflow.operators.base import ArmOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from aib_airflow.azure.client import Arm
    from aib_airflow.azure.operation import Operation
    from aib_airflow.build import Build

SSH_PORT = 22


class CreateNetworkOperator(ArmOperator):
    """Create NSG, public IP and virtual network at once, then the interface that joins them."""

    rounds = ("begin_parts", "begin_interface")

    def begin_parts(self, arm: Arm, build: Build, context: Context) -> list[Operation | None]:
        """Start what depends on nothing."""
        return [
            network.create_nsg(arm, build.network, port=SSH_PORT, source=conf.get("aib", "allowed_source")),
            network.create_public_ip(arm, build.network),
            network.create_vnet(arm, build.network),
        ]

    def begin_interface(self, arm: Arm, build: Build, context: Context) -> list[Operation | None]:
        """Start the interface."""
        return [network.create_nic(arm, build.network)]

    def finish(self, arm: Arm, build: Build, context: Context) -> str:
        """Return the machine's public address."""
        return network.public_address(arm, build.network)
