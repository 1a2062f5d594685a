"""Stage `provision`: the build machine, up to the moment when SSH answers and cloud-init is done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import conf

from aib_airflow.azure import vm
from aib_airflow.links.portal import AzurePortalLink
from aib_airflow.machine import ADMIN_USERNAME, BuildMachine, ensure_keys
from aib_airflow.operators.base import ArmOperator
from aib_airflow.triggers.base import raise_for
from aib_airflow.triggers.ssh import SshReadyTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context

    from aib_airflow.azure.client import Arm
    from aib_airflow.azure.operation import Operation
    from aib_airflow.build import Build


class ProvisionMachineOperator(ArmOperator):
    """Create the build machine with a host key that we planted, and wait until it can be worked on."""

    operator_extra_links = (AzurePortalLink(),)
    rounds = ("begin_machine",)

    def begin_machine(self, arm: Arm, build: Build, context: Context) -> list[Operation | None]:
        """Start the machine."""
        keys = ensure_keys(build.secret)
        prepared = self.pull(context, "prepare")
        names = build.names
        spec = vm.VmSpec(
            group=names.resource_group,
            name=names.vm,
            location=build.plan.location,
            size=prepared["vm_size"],
            image_reference=prepared["image_reference"],
            os_disk=names.os_disk,
            os_disk_size_gb=build.plan.os_disk_size_gb,
            nic=names.nic,
            computer_name=names.computer_name,
            admin_username=ADMIN_USERNAME,
            ssh_public_key=keys.public_key,
            custom_data=keys.cloud_config(),
        )
        AzurePortalLink.persist(context, arm.account, build.vm_id(arm.account.subscription_id))
        return [vm.create(arm, spec, {**build.plan.resource_tags, **build.tags})]

    def finish(self, arm: Arm, build: Build, context: Context) -> Any:
        """Wait for SSH; a machine that Azure calls ready has only begun to boot."""
        machine = BuildMachine(
            address=self.pull(context, "network"),
            username=ADMIN_USERNAME,
            host_key=ensure_keys(build.secret).host_public_key,
            secret=build.secret,
        )
        limit = datetime.now(UTC) + timedelta(seconds=conf.getint("aib", "ssh_timeout_s"))
        trigger = SshReadyTrigger(
            conn_id=self.conn_id,
            deadline=min(limit, build.deadline).isoformat(),
            what=f"SSH to {machine.address}",
            target=machine.to_json(),
        )
        return self.wait(context, trigger, then=self.ready, machine=machine.to_json())

    def ready(self, context: Context, event: dict[str, Any], machine: dict[str, str]) -> dict[str, str]:
        """Return where the machine answers."""
        raise_for(event)
        return machine
