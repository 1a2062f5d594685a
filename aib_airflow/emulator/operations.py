"""Long-running operations: a document on disk, and a thread that does the work.

Rule: a work is a function of the state on disk and of its JSON arguments, and may be run twice. So an
operation that the emulator's death interrupted is simply run again by the next start.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aib_airflow.emulator.clock import stamp
from aib_airflow.emulator.errors import ArmError, conflict
from aib_airflow.emulator.files import read_json, write_json
from aib_airflow.emulator.identifiers import ResourceId, parse_id
from aib_airflow.emulator.machines.model import MachineError
from aib_airflow.emulator.store import Json, Resource

if TYPE_CHECKING:
    from aib_airflow.emulator.cloud import Cloud

log = logging.getLogger(__name__)

IN_PROGRESS, SUCCEEDED, FAILED = "InProgress", "Succeeded", "Failed"


@dataclass(slots=True)
class Operation:
    """One operation's document. `output` may hold `{endpoint}`, filled in when it is shown."""

    name: str
    work: str
    resource: str
    location: str
    arguments: Json
    latency_s: float
    changes_state: bool
    start_time: str
    end_time: str = ""
    status: str = IN_PROGRESS
    error: Json = field(default_factory=dict)
    output: Json | None = None

    @property
    def target(self) -> ResourceId:
        """The resource it works on."""
        return parse_id(self.resource)

    def settle(self, status: str, moment: str, error: Json | None = None) -> None:
        """Mark it as ended."""
        self.status, self.end_time, self.error = status, moment, error or {}


Work = Callable[["Cloud", Operation], Json | None]


class Operations:
    """All operations of one emulator; works on the same resource run one after the other."""

    def __init__(self, folder: Path, works: Mapping[str, Work]) -> None:
        self._folder = folder
        self._works = works
        self._locks: defaultdict[ResourceId, threading.Lock] = defaultdict(threading.Lock)
        self._threads: set[threading.Thread] = set()

    def find(self, name: str) -> Operation | None:
        """Return an operation by its name (a GUID), or None."""
        if not _is_guid(name):
            return None
        with suppress(FileNotFoundError):
            return Operation(**read_json(self._folder / f"{name}.json"))
        return None

    def running_on(self, resource: Resource) -> Operation | None:
        """Return the operation that runs on a resource now, or None."""
        operation = self.find(resource.inner.get("operation", ""))
        return operation if operation and operation.status == IN_PROGRESS else None

    def require_idle(self, resource: Resource) -> None:
        """Raise ArmError (409) while another operation runs on the resource."""
        if operation := self.running_on(resource):
            raise conflict(
                f"The request failed due to conflict with a concurrent request: operation {operation.name} "
                f"({operation.work}) on {resource.id} is still running."
            )

    def start(
        self,
        cloud: Cloud,
        resource: Resource,
        work: str,
        arguments: Json | None = None,
        *,
        state: str = "",
        latency_s: float = 0,
        inline: bool = False,
    ) -> Operation:
        """Note the operation on the resource, save both, and begin.

        `state` is the resource's provisioning state until the end, which then says how it went; empty
        leaves the state alone. `inline` does a short work before returning, when there is no latency.
        """
        operation = Operation(
            name=str(uuid.uuid4()),
            work=work,
            resource=str(resource.id),
            location=resource.location,
            arguments=arguments or {},
            latency_s=latency_s,
            changes_state=bool(state),
            start_time=stamp(cloud.clock.now()),
        )
        self._save(operation)
        resource.inner["operation"] = operation.name
        if state:
            resource.properties["provisioningState"] = state
        cloud.store.save(resource)
        if not (inline and not latency_s and self._run_now(cloud, operation)):
            self._spawn(cloud, operation)
        return operation

    @contextmanager
    def exclusive(self, resource: ResourceId) -> Iterator[None]:
        """Wait until no work is done on the resource, and let none begin before the block ends."""
        with self._locks[resource]:
            yield

    def resume(self, cloud: Cloud) -> int:
        """Run again what an earlier process left unfinished. Returns how many."""
        left = [operation for operation in self._all() if operation.status == IN_PROGRESS]
        for operation in left:
            log.info("Operation %s (%s) was interrupted; running it again", operation.name, operation.work)
            self._spawn(cloud, operation)
        return len(left)

    def join(self, timeout_s: float) -> bool:
        """Wait for the running operations. Returns whether all ended in time."""
        deadline = time.monotonic() + timeout_s
        for thread in list(self._threads):
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in list(self._threads))

    def _spawn(self, cloud: Cloud, operation: Operation) -> None:
        def run() -> None:
            resource = parse_id(operation.resource)
            try:
                with self._locks[resource]:
                    self._run(cloud, operation, resource)
            finally:
                self._threads.discard(threading.current_thread())

        thread = threading.Thread(target=run, name=f"{operation.work} {operation.name}", daemon=True)
        self._threads.add(thread)
        thread.start()

    def _run_now(self, cloud: Cloud, operation: Operation) -> bool:
        """Run it here, unless another work holds the resource: waiting with the store locked is a deadlock."""
        resource = parse_id(operation.resource)
        if not self._locks[resource].acquire(blocking=False):
            return False
        try:
            self._run(cloud, operation, resource)
        finally:
            self._locks[resource].release()
        return True

    def _run(self, cloud: Cloud, operation: Operation, resource: ResourceId) -> None:
        cloud.clock.sleep(operation.latency_s)
        error = self._perform(cloud, operation, resource)
        status = FAILED if error else SUCCEEDED
        with suppress(ArmError), cloud.store.edit(resource) as found:
            if found.inner.get("operation") == operation.name:
                found.inner.pop("operation")
                found.properties.update({"provisioningState": status} if operation.changes_state else {})
        operation.settle(status, stamp(cloud.clock.now()), error)
        self._save(operation)

    def _perform(self, cloud: Cloud, operation: Operation, resource: ResourceId) -> Json | None:
        """Do the work; return the error it ended with, or None."""
        try:
            operation.output = self._works[operation.work](cloud, operation)
        except ArmError as error:
            return error.error()
        except MachineError as error:
            return {"code": "InternalExecutionError", "message": str(error)}
        except Exception as error:
            log.exception("Operation %s (%s) on %s failed", operation.name, operation.work, resource)
            return {"code": "InternalOperationError", "message": f"{type(error).__name__}: {error}"}
        return None

    def _save(self, operation: Operation) -> None:
        write_json(self._folder / f"{operation.name}.json", asdict(operation))

    def _all(self) -> list[Operation]:
        return [Operation(**read_json(path)) for path in sorted(self._folder.glob("[!.]*.json"))]


def _is_guid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
