"""What all stages share: the plan, the connection, and waiting without a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, cast

from airflow.sdk import BaseOperator, ExceptionRetryPolicy, RetryAction, RetryRule

from aib_airflow.azure.errors import FinalError
from aib_airflow.azure.operation import Operation
from aib_airflow.build import Build
from aib_airflow.hooks.aib import DEFAULT_CONN_ID, AibHook
from aib_airflow.remote.job import HostKeyError
from aib_airflow.triggers.base import raise_for
from aib_airflow.triggers.operation import OperationTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context
    from pydantic import JsonValue

    from aib_airflow.azure.client import Arm
    from aib_airflow.plan import BuildPlan
    from aib_airflow.triggers.base import AzureTrigger

# A trigger ends its own wait with a named cause; Airflow's limit only catches a trigger that cannot.
_TRIGGER_GRACE = timedelta(minutes=2)
PATIENCE_S = 3.0
RETRY_DELAY = timedelta(seconds=30)
RETRY_POLICY = ExceptionRetryPolicy(
    [
        RetryRule(
            [FinalError, HostKeyError, LookupError],
            RetryAction.FAIL,
            reason="another attempt would fail too",
        )
    ]
)


class BuildOperator(BaseOperator):
    """One stage of an image build.

    :param plan: what is built; a run's parameters may change it
    :param conn_id: the Airflow connection to Azure
    """

    ui_color = "#dbe9f9"

    def __init__(self, *, plan: BuildPlan, conn_id: str = DEFAULT_CONN_ID, **kwargs: Any) -> None:
        retries: dict[str, Any] = {
            "retries": plan.retries,
            "retry_delay": RETRY_DELAY,
            "retry_policy": RETRY_POLICY,
        }
        super().__init__(**(retries | kwargs))
        self.plan = plan
        self.conn_id = conn_id

    def build(self, context: Context) -> Build:
        """Return the build of this run."""
        return Build.of(self.plan, context, AibHook(self.conn_id).account)

    def arm(self) -> Arm:
        """Make the SDK clients."""
        return AibHook(self.conn_id).get_conn()

    def pull(self, context: Context, task_id: str) -> Any:
        """Return what an earlier stage of this run returned. Raises LookupError saying what to clear."""
        value = context["ti"].xcom_pull(task_ids=task_id)
        if value is None:
            raise LookupError(f"task {task_id!r} of this run has no result: clear {task_id!r}, not this task")
        return value

    def wait(
        self,
        context: Context,
        trigger: AzureTrigger,
        *,
        then: Callable[..., Any],
        begin: Callable[[], Awaitable[None]] | None = None,
        **options: Any,
    ) -> Any:
        """Wait for a trigger, then go on with `then(context, event, **options)`.

        `begin` is awaited first. Most waits are over in a second or two, and going to the triggerer and back
        takes longer: only after a moment of patience the worker is given back.
        """
        account = AibHook(self.conn_id).account()

        async def attend() -> dict[str, Any] | None:
            if begin is not None:
                await begin()
            return await trigger.attend(account, PATIENCE_S)

        if (event := asyncio.run(attend())) is not None:
            return then(context, event, **options)
        remaining = datetime.fromisoformat(trigger.deadline) - datetime.now(UTC)
        return self.defer(
            trigger=trigger,
            method_name=then.__name__,
            kwargs=options,
            timeout=max(remaining, timedelta()) + _TRIGGER_GRACE,
        )


class ArmOperator(BuildOperator):
    """A stage that changes Azure.

    Each of `rounds` names a method that starts operations and returns them; the next round begins when all
    have succeeded, and `finish` returns the stage's result. A round's operations are kept in the task's
    state before the task lets go of its worker: another attempt waits for them instead of starting others.
    """

    rounds: ClassVar[tuple[str, ...]]

    def execute(self, context: Context) -> Any:
        """Begin the first round."""
        return self._advance(context, 0)

    def resume(self, context: Context, event: dict[str, Any], round_number: int) -> Any:
        """Go on after a round."""
        try:
            raise_for(event)
        except Exception:
            context["task_state_store"].delete(self._state_key(context, round_number))
            raise
        return self._advance(context, round_number + 1)

    def finish(self, arm: Arm, build: Build, context: Context) -> Any:
        """Return what later stages need to know."""

    def deadline(self, build: Build) -> datetime:
        """Return the time by which a round must be over."""
        return build.deadline

    def _advance(self, context: Context, first: int) -> Any:
        build = self.build(context)
        with self.arm() as arm:
            for number in range(first, len(self.rounds)):
                if operations := self._begin(arm, build, context, number):
                    trigger = OperationTrigger(
                        conn_id=self.conn_id,
                        deadline=self.deadline(build).isoformat(),
                        what=", ".join(operation.what for operation in operations),
                        operations=[operation.to_json() for operation in operations],
                    )
                    return self.wait(context, trigger, then=self.resume, round_number=number)
            return self.finish(arm, build, context)

    def _begin(self, arm: Arm, build: Build, context: Context, number: int) -> list[Operation]:
        state, key = context["task_state_store"], self._state_key(context, number)
        stored = cast("list[dict[str, str]] | None", state.get(key))
        if stored is not None:
            self.log.info("Round %d was begun by an earlier attempt", number + 1)
            return [Operation.from_json(data) for data in stored]
        started: Sequence[Operation | None] = getattr(self, self.rounds[number])(arm, build, context)
        operations = [operation for operation in started if operation is not None]
        state.set(key, cast("JsonValue", [operation.to_json() for operation in operations]))
        for operation in operations:
            self.log.info("Started: %s", operation.what)
        return operations

    @staticmethod
    def _state_key(context: Context, number: int) -> str:
        # Airflow raises max_tries when somebody clears the task: a cleared task starts afresh, a retry does not.
        return f"round-{number}-of-{context['ti'].max_tries}"
