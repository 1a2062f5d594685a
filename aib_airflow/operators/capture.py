"""Stage `capture`: the build's artifact, a snapshot of its OS disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aib_airflow.azure import disk, vm
from aib_airflow.operators.base import ArmOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from aib_airflow.azure.client import Arm
    from aib_airflow.azure.operation import Operation
    from aib_airflow.build import Build


class CaptureImageOperator(ArmOperator):
    """Deallocate the machine and snapshot its OS disk; all later stages work from the snapshot."""

    rounds = ("begin_deallocate", "begin_snapshot")

    def begin_deallocate(self, arm: Arm, build: Build, context: Context) -> list[Operation | None]:
        """Start giving the machine's host back: a disk at rest is a consistent one."""
        return [vm.deallocate(arm, build.names.resource_group, build.names.vm)]

    def begin_snapshot(self, arm: Arm, build: Build, context: Context) -> list[Operation | None]:
        """Start the copy."""
        names = build.names
        source = vm.os_disk_id(arm, names.resource_group, names.vm)
        return [
            disk.create_snapshot(
                arm,
                names.resource_group,
                names.snapshot,
                build.plan.location,
                source_id=source,
                tags=build.tags,
            )
        ]

    def finish(self, arm: Arm, build: Build, context: Context) -> dict[str, Any]:
        """Return the snapshot's id and size."""
        group, name = build.names.resource_group, build.names.snapshot
        size_gb = disk.snapshot_size_gb(arm, group, name)
        snapshot_id = (
            f"/subscriptions/{arm.account.subscription_id}/resourceGroups/{group}"
            f"/providers/Microsoft.Compute/snapshots/{name}"
        )
        self.log.info("Snapshot %s, %d GB", snapshot_id, size_gb)
        return {"snapshot_id": snapshot_id, "size_gb": size_gb}
