"""One stage of a run as the demo shows it: a task instance, its state and its time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

RUNNING_STATES = frozenset({"running", "deferred", "restarting"})
FAILED_STATES = frozenset({"failed", "upstream_failed"})
ENDED_STATES = frozenset({"success", "skipped", "removed"}) | FAILED_STATES


@dataclass(frozen=True, slots=True)
class Stage:
    """A task instance. Times are seconds since the epoch."""

    task_id: str
    state: str
    map_index: int = -1
    attempt: int = 0
    started: float | None = None
    ended: float | None = None

    @property
    def name(self) -> str:
        """The task id, with the index of a mapped task."""
        return self.task_id if self.map_index < 0 else f"{self.task_id}[{self.map_index}]"

    @property
    def runs(self) -> bool:
        """Whether it is being worked on; a deferred task is, by the triggerer."""
        return self.state in RUNNING_STATES

    @property
    def has_failed(self) -> bool:
        """Whether its own work failed, rather than that of a stage before it."""
        return self.state == "failed"

    def seconds(self, now: float) -> float | None:
        """Return how long it took, or has been taking; None before it starts."""
        if self.started is None:
            return None
        return (self.ended if self.ended is not None else now) - self.started

    def as_document(self, now: float) -> dict[str, Any]:
        """Return its entry in the result's `stages`."""
        seconds = self.seconds(now)
        return {
            "task_id": self.name,
            "state": self.state,
            "started": _iso(self.started),
            "seconds": None if seconds is None else round(seconds, 1),
        }


def _iso(timestamp: float | None) -> str | None:
    return None if timestamp is None else dt.datetime.fromtimestamp(timestamp, dt.UTC).isoformat()
