"""Stage `close_build`: the teardown. Nothing of the build stays but the image."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aib_airflow.azure import group
from aib_airflow.azure.errors import InvalidError
from aib_airflow.machine import BuildMachine, forget_keys
from aib_airflow.operators.base import ArmOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from aib_airflow.azure.client import Arm
    from aib_airflow.azure.operation import Operation
    from aib_airflow.build import Build

_LIMIT = timedelta(minutes=30)


class CloseBuildOperator(ArmOperator):
    """Delete the build's resource group and keys, or say how to use them when a failed build is to be kept."""

    rounds = ("begin_delete",)

    def deadline(self, build: Build) -> datetime:
        """Cleaning up has time of its own: the build's may be used up."""
        return datetime.now(UTC) + _LIMIT

    def begin_delete(self, arm: Arm, build: Build, context: Context) -> list[Operation | None]:
        """Start deleting the group."""
        if self._is_kept(build, context):
            self._explain(build, context)
            return []
        name = build.names.resource_group
        tags = group.tags(arm, name)
        if tags is None:
            return []
        if tags.get("aib-run") != build.tags["aib-run"]:
            raise InvalidError(f"resource group {name} does not carry this run's tag aib-run: not deleted")
        return [group.delete(arm, name)]

    def finish(self, arm: Arm, build: Build, context: Context) -> None:
        """Forget the keys."""
        if not self._is_kept(build, context):
            forget_keys(build.secret)
            self.log.info("Resource group %s and the build's keys are gone", build.names.resource_group)

    def _is_kept(self, build: Build, context: Context) -> bool:
        return build.keep_on_failure and self._has_failed(context)

    def _has_failed(self, context: Context) -> bool:
        ti = context["ti"]
        states: dict[str, Any] = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id])
        return "failed" in {str(state) for state in states.get(ti.run_id, {}).values()}

    def _explain(self, build: Build, context: Context) -> None:
        machine = context["ti"].xcom_pull(task_ids="provision")
        self.log.warning(
            "The build failed and is kept: resource group %s; delete it when you have seen enough",
            build.names.resource_group,
        )
        if machine:
            known = BuildMachine.from_json(machine)
            self.log.warning(
                "Log in with `private_key` of the JSON in Airflow's variable %s: "
                "ssh -i KEY -o StrictHostKeyChecking=yes %s@%s   (host key %s)",
                known.secret,
                known.username,
                known.address,
                known.host_key,
            )
