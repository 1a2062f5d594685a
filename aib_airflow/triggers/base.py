"""The one loop of all triggers: look, log, sleep, until it is done, refused, or too late."""

from __future__ import annotations

import abc
import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.triggers.base import BaseTrigger, TriggerEvent

from aib_airflow.azure import errors
from aib_airflow.hooks.aib import AibHook

if TYPE_CHECKING:
    from azure.core import AsyncPipelineClient

    from aib_airflow.azure.credentials import Account


_FINE = "nothing went wrong"


class DeadlineError(errors.FinalError):
    """A wait was not over in time."""


class AzureTrigger(BaseTrigger):
    """Look at Azure until what is awaited has happened.

    A subclass declares `fields` (its constructor's own arguments, JSON only and never a secret), and
    defines `look`. Errors that may pass (RetryableError) are logged and looked past until the deadline.

    :param conn_id: the Airflow connection to Azure
    :param deadline: ISO time after which the wait ends with `what` in its error
    :param what: names the awaited event for people
    """

    fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *, conn_id: str, deadline: str, what: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Airflow left it bare
        self.conn_id = conn_id
        self.deadline = deadline
        self.what = what

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return class path and arguments, from which any triggerer goes on."""
        names = ("conn_id", "deadline", "what", *self.fields)
        kind = type(self)
        return f"{kind.__module__}.{kind.__qualname__}", {name: getattr(self, name) for name in names}

    @abc.abstractmethod
    async def look(self, client: AsyncPipelineClient[Any, Any]) -> dict[str, Any] | None:
        """Look once; return what to tell the task when it is done. Raises AzureError."""

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look until it is done; a failure is an event too."""
        yield TriggerEvent(await self._watch(await AibHook(self.conn_id).aaccount()))

    async def attend(self, account: Account, seconds: float) -> dict[str, Any] | None:
        """Look from a worker for a moment; return the event's payload, or None when it is not done by then."""
        try:
            async with asyncio.timeout(seconds):
                return await self._watch(account)
        except TimeoutError:
            return None
        finally:
            await self.cleanup()

    async def _watch(self, account: Account) -> dict[str, Any]:
        from aib_airflow.azure.client import polling_client

        try:
            async with polling_client(account) as client:
                return await self._look_until_done(client, account.polling_interval_s)
        except errors.AzureError as error:
            return {"error": type(error).__name__, "code": error.code, "message": str(error)}

    async def _look_until_done(
        self, client: AsyncPipelineClient[Any, Any], interval_s: float
    ) -> dict[str, Any]:
        last = _FINE
        while True:
            try:
                if (result := await self.look(client)) is not None:
                    return result
                last = _FINE
            except errors.RetryableError as error:
                if str(error) != last:
                    last = str(error)
                    self.log.warning("%s; looking again", error)
            if datetime.now(UTC) >= datetime.fromisoformat(self.deadline):
                raise DeadlineError(f"{self.what}: not done by {self.deadline}; last look: {last}")
            await asyncio.sleep(interval_s)


def raise_for(event: dict[str, Any]) -> None:
    """Raise the error that a trigger reported, as the class it was."""
    if name := event.get("error"):
        kind = DeadlineError if name == DeadlineError.__name__ else getattr(errors, name)
        raise kind(event["message"], event["code"])
