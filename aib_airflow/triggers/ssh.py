"""Wait for a machine's SSH, and for remote jobs on it."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar

from aib_airflow.azure.errors import FinalError, UnavailableError
from aib_airflow.azure.vm import power_state
from aib_airflow.triggers.base import AzureTrigger

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from azure.core import AsyncPipelineClient

    from aib_airflow.remote.job import JobStatus
    from aib_airflow.remote.ssh import SshCommunicator

TAIL_LINES = 10
# What cloud-init writes at its end; nothing while it runs. `cloud-init status` says the same and takes seconds
# of a slow machine's boot.
CLOUD_INIT_RESULT = """
if [ -e /run/cloud-init/result.json ]; then cat /run/cloud-init/result.json
elif [ -e /run/cloud-init/disabled ] || ! [ -d /run/cloud-init ]; then echo '{"v1": {"errors": []}}'
fi
"""


class SshTrigger(AzureTrigger):
    """A wait that looks at the machine itself, over one connection that is opened again when it drops.

    :param target: as BuildMachine.to_json gives it: address, user, host key and the name of the secret
    """

    fields: ClassVar[tuple[str, ...]] = ("target",)

    def __init__(self, *, target: dict[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target = target
        self._stack: AsyncExitStack | None = None
        self._machine: SshCommunicator | None = None

    async def machine(self) -> SshCommunicator:
        """Return the open connection. Raises UnavailableError when there is none to be had now."""
        from contextlib import AsyncExitStack

        from aib_airflow.machine import BuildMachine
        from aib_airflow.remote.job import ConnectionLostError, HostKeyError
        from aib_airflow.remote.ssh import connect

        if self._machine is None:
            target = await BuildMachine.from_json(self.target).atarget()
            stack = AsyncExitStack()
            try:
                self._machine = await stack.enter_async_context(connect(target))
            except ConnectionLostError as error:
                raise UnavailableError(str(error)) from error
            except HostKeyError as error:
                raise FinalError(str(error)) from error
            self._stack = stack
        return self._machine

    async def disconnect(self) -> None:
        """Close the connection; the next look opens another."""
        if self._stack is not None:
            stack, self._stack, self._machine = self._stack, None, None
            await stack.aclose()

    async def cleanup(self) -> None:
        """Close the connection."""
        await self.disconnect()


class SshReadyTrigger(SshTrigger):
    """Wait until the machine answers with its planted host key, and cloud-init has finished."""

    async def look(self, client: AsyncPipelineClient[Any, Any]) -> dict[str, Any] | None:
        """Try to log in; once in, ask cloud-init."""
        from aib_airflow.remote.job import ConnectionLostError

        fresh = self._machine is None
        machine = await self.machine()
        if fresh:
            self.log.info("%s answers over SSH with its planted host key", self.target["address"])
        try:
            result = (await machine.run(CLOUD_INIT_RESULT)).strip()
        except ConnectionLostError as error:
            await self.disconnect()
            raise UnavailableError(str(error)) from error
        if result and (faults := json.loads(result)["v1"]["errors"]):
            self.log.warning("cloud-init had errors; the build goes on: %s", faults)
        return {} if result else None


class JobTrigger(SshTrigger):
    """Follow a remote job to its end, its output line by line into the task's log.

    :param job_id: the job's id on the machine
    :param vm_id: ARM id of the machine, when the job's success is that it powers the machine off
    :param offset: bytes of the job's output that are in the log already
    """

    fields: ClassVar[tuple[str, ...]] = ("target", "job_id", "vm_id", "offset")

    def __init__(self, *, job_id: str, vm_id: str | None = None, offset: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job_id = job_id
        self.vm_id = vm_id
        self.offset = offset
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)

    async def look(self, client: AsyncPipelineClient[Any, Any]) -> dict[str, Any] | None:
        """Log what is new; return exit code and last lines when the job has ended."""
        try:
            exit_code = await self._poll()
        except UnavailableError:
            if self.vm_id and await power_state(client, self.vm_id) in {"stopped", "deallocated"}:
                return {"exit_code": 0, "tail": list(self._tail)}
            raise
        if exit_code is None or (self.vm_id and exit_code == 0):
            return None
        return {"exit_code": exit_code, "tail": list(self._tail)}

    async def _poll(self) -> int | None:
        from aib_airflow.remote.job import ConnectionLostError

        machine = await self.machine()
        while True:
            try:
                status = await machine.poll(self.job_id, self.offset)
            except ConnectionLostError as error:
                await self.disconnect()
                raise UnavailableError(str(error)) from error
            logged = self._write(status)
            if status.exit_code is not None or not logged:
                return status.exit_code

    def _write(self, status: JobStatus) -> int:
        """Log whole lines only, so that no letter is cut in two; return how many bytes that were."""
        output = status.output
        if status.exit_code is None and not status.is_full:
            output = output[: output.rfind(b"\n") + 1]
        for line in output.decode(errors="replace").splitlines():
            self._tail.append(line)
            self.log.info("%s", line)
        self.offset += len(output)
        return len(output)

    async def on_kill(self) -> None:
        """Stop the job when a person stops the task."""
        from aib_airflow.remote.job import RemoteError

        try:
            await (await self.machine()).stop(self.job_id)
        except (UnavailableError, FinalError, RemoteError) as error:
            self.log.warning("job %s could not be stopped: %s", self.job_id, error)
        finally:
            await self.disconnect()
