"""Stages `customize.*`: the template's customisers, each a task."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, cast

from airflow.sdk.exceptions import AirflowFailException

from aib_airflow.machine import BuildMachine
from aib_airflow.operators.base import BuildOperator
from aib_airflow.triggers.base import raise_for
from aib_airflow.triggers.ssh import JobTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context

    from aib_airflow.plan import MachineStep
    from aib_airflow.remote.ssh import SshTarget
    from aib_airflow.template.customizers import FileStep
    from aib_airflow.template.scripts import ScriptSource

# Image Builder runs its customisers by Packer, and scripts look at these.
PACKER_ENV = {"PACKER_BUILDER_TYPE": "azure-arm", "PACKER_BUILD_NAME": "azure-arm"}


class CustomizeOperator(BuildOperator):
    """One customiser of the template.

    :param number: its place in the template, from 1
    """

    ui_color = "#e7f6e1"

    def __init__(self, *, number: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.number = number

    def step(self, context: Context) -> MachineStep:
        """Return the customiser as this run's parameters make it."""
        steps = self.build(context).plan.customizers
        return next(step for step in steps if step.number == self.number)

    def machine(self, context: Context) -> BuildMachine:
        """Return the build machine."""
        return BuildMachine.from_json(self.pull(context, "provision"))


class ShellCustomizeOperator(CustomizeOperator):
    """Run a Shell customiser: one script, as the build's user, exactly once."""

    def execute(self, context: Context) -> Any:
        """Start the script, or find the one that an earlier attempt started, and follow it."""
        from aib_airflow.remote.job import Job
        from aib_airflow.scripts import read_script

        step, machine = self.step(context), self.machine(context)
        script = cast("ScriptSource", step.script)
        # Airflow raises max_tries when somebody clears the task: then, and only then, it runs once more.
        job = Job(f"{self.task_id}-{context['ti'].max_tries}", read_script(script), env=PACKER_ENV)
        trigger = JobTrigger(
            conn_id=self.conn_id,
            deadline=self.build(context).deadline.isoformat(),
            what=step.label,
            target=machine.to_json(),
            job_id=job.id,
        )

        async def start() -> None:
            await (await trigger.machine()).start(job)
            self.log.info("Started %s", step.label)

        return self.wait(context, trigger, then=self.ended, begin=start, label=step.label)

    def ended(self, context: Context, event: dict[str, Any], label: str) -> None:
        """Fail with the exit code and the last lines unless the script succeeded."""
        raise_for(event)
        if code := event["exit_code"]:
            tail = "\n".join(f"  | {line}" for line in event["tail"])
            raise AirflowFailException(
                f"its last lines:\n{tail}\n"
                f"{label} exited with {code}; the whole log is at {context['ti'].log_url}"
            )


class FileCustomizeOperator(CustomizeOperator):
    """Put one file on the machine."""

    def execute(self, context: Context) -> dict[str, Any]:
        """Upload the file; the checksum is verified on both ways."""
        from aib_airflow.scripts import read_file

        step = self.step(context)
        file = cast("FileStep", step.step)
        content = read_file(cast("ScriptSource", step.script))
        path = _destination(file.destination, file.source_uri)
        asyncio.run(_upload(self.machine(context).target(), content, path))
        self.log.info("Wrote %s, %d bytes", path, len(content))
        return {"destination": path, "size_bytes": len(content)}


def _destination(destination: str, source: str) -> str:
    """Append the source's name to a destination that is a folder, as Packer does."""
    return (
        destination + re.split(r"[/\\?]", source.partition("?")[0])[-1]
        if destination.endswith("/")
        else destination
    )


async def _upload(target: SshTarget, content: bytes, path: str) -> None:
    from aib_airflow.remote.ssh import connect

    async with connect(target) as machine:
        await machine.upload(content, path)
