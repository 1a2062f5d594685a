"""Wait for long-running operations of Azure Resource Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aib_airflow.azure.operation import Operation, look
from aib_airflow.triggers.base import AzureTrigger

if TYPE_CHECKING:
    from azure.core import AsyncPipelineClient


class OperationTrigger(AzureTrigger):
    """Wait until all of some operations have succeeded, or one has failed.

    :param operations: as Operation.to_json gives them
    """

    fields: ClassVar[tuple[str, ...]] = ("operations",)

    def __init__(self, *, operations: list[dict[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.operations = operations

    async def look(self, client: AsyncPipelineClient[Any, Any]) -> dict[str, Any] | None:
        """Look at each operation that is still running."""
        running = []
        for data in self.operations:
            operation = Operation.from_json(data)
            progress = await look(client, operation)
            if progress.error:
                raise progress.error
            if not progress.done:
                running.append(data)
            else:
                self.log.info("%s: done", operation.what)
        self.operations = running
        return None if running else {}
