"""Stage `generalize`: the machine forgets who it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from aib_airflow.azure.errors import UnavailableError
from aib_airflow.hooks.aib import AibHook
from aib_airflow.machine import BuildMachine, load_keys
from aib_airflow.operators.base import BuildOperator
from aib_airflow.remote.job import ConnectionLostError
from aib_airflow.triggers.base import raise_for
from aib_airflow.triggers.ssh import JobTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context

PACKAGES_KEY = "packages"


class GeneralizeMachineOperator(BuildOperator):
    """Take the package inventory, deprovision as Image Builder does, remove the build's own traces, power off.

    The machine's user and key are gone before the job ends, so nothing can be asked of it afterwards: that
    it has powered itself off, which is the script's last command, is the proof of success.
    """

    def execute(self, context: Context) -> Any:
        """Start the script, or find the one that an earlier attempt started, and follow it."""
        from aib_airflow.remote.job import Job
        from aib_airflow.remote.scripts import INVENTORY, generalize

        build = self.build(context)
        machine = BuildMachine.from_json(self.pull(context, "provision"))
        script = generalize(machine.username, load_keys(machine.secret).public_key)
        job = Job(f"{self.task_id}-{context['ti'].max_tries}", script, sudo=True)
        trigger = JobTrigger(
            conn_id=self.conn_id,
            deadline=build.deadline.isoformat(),
            what="generalize",
            target=machine.to_json(),
            job_id=job.id,
            vm_id=build.vm_id(AibHook(self.conn_id).account().subscription_id),
        )

        async def start() -> None:
            try:
                connection = await trigger.machine()
                packages = _read_inventory(await connection.run(INVENTORY))
                context["ti"].xcom_push(PACKAGES_KEY, packages)
                self.log.info("%d packages are installed", len(packages))
                await connection.start(job)
            except (UnavailableError, ConnectionLostError) as error:
                # An earlier attempt may have come to the end: the trigger looks at the machine's power state.
                self.log.warning("%s", error)

        return self.wait(context, trigger, then=self.ended, begin=start)

    def ended(self, context: Context, event: dict[str, Any]) -> None:
        """Fail with the exit code and the last lines unless the machine powered itself off."""
        raise_for(event)
        if code := event["exit_code"]:
            tail = "\n".join(f"  | {line}" for line in event["tail"])
            raise AirflowFailException(
                f"its last lines:\n{tail}\n"
                f"generalize exited with {code}; the whole log is at {context['ti'].log_url}"
            )
        self.log.info("The machine has powered itself off")


def _read_inventory(output: bytes) -> dict[str, str]:
    return dict(line.split(" ", 1) for line in output.decode().splitlines() if " " in line)
