"""Follow one DAG run by REST until it ends, telling a watcher its stages and its newest log lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aib_airflow.cli.demo.processes import Child, indent
from aib_airflow.cli.demo.progress import Watcher
from aib_airflow.cli.demo.rest import AirflowApi
from aib_airflow.cli.demo.stage import Stage
from aib_airflow.cli.errors import CommandError

LOOK_EVERY_S = 1.0
READY_TIMEOUT_S = 180
SHOWN_LINES = 12


@dataclass(slots=True)
class LogReading:
    """How far one log was read. Airflow's own lines, in groups that its UI folds, are left out."""

    token: str | None = None
    folded: bool = False

    def own_lines(self, lines: Iterable[str]) -> list[str]:
        """Return the task's own lines of the next part of the log, without blank ones."""
        shown: list[str] = []
        for line in lines:
            if line.startswith("::group::"):
                self.folded = True
            elif line.startswith("::endgroup::"):
                self.folded = False
            elif not self.folded and line.strip():
                shown.append(line)
        return shown


@dataclass(slots=True)
class Follower:
    """One DAG of one Airflow, whose task logs are under `task_logs` and whose tasks come in `order`.

    `children` are looked at between two questions: when one of them dies there is nothing to wait for.
    """

    api: AirflowApi
    dag_id: str
    task_logs: Path
    watcher: Watcher
    order: Sequence[str] = ()
    children: Sequence[Child] = ()
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _readings: dict[tuple[str, int], LogReading] = field(default_factory=dict)

    def wait_for_dag(self) -> None:
        """Wait until every component is healthy and the DAG is there.

        Raises CommandError when its file does not load, a component dies, or it takes too long.
        """
        deadline = self.clock() + READY_TIMEOUT_S
        while not (self._is_healthy() and self.api.dag_exists(self.dag_id)):
            self._check_import_errors()
            if self.clock() > deadline:
                states = ", ".join(f"{name} is {state}" for name, state in self.api.components().items())
                raise CommandError(
                    f"Airflow shows no DAG '{self.dag_id}' after {READY_TIMEOUT_S} s ({states}); see its logs"
                )
            self._pause()

    def run(self, conf: Mapping[str, Any]) -> str:
        """Trigger a run, follow it to its end, and return its id. Raises CommandError when it failed."""
        run_id = self.api.trigger(self.dag_id, conf)
        while (state := self.api.run_state(self.dag_id, run_id)) not in {"success", "failed"}:
            self._tell(run_id)
            self._pause()
        self._tell(run_id)
        # A run's state is that of its leaves only; a stage that failed has built no image, whatever they say.
        if state == "failed" or any(stage.has_failed for stage in self.stages(run_id)):
            raise CommandError(self._describe_failure(run_id))
        return run_id

    def stages(self, run_id: str) -> list[Stage]:
        """Return the stages of a run in the order in which they are planned."""
        places = {task_id: place for place, task_id in enumerate(self.order)}
        stages = self.api.stages(self.dag_id, run_id)
        return sorted(stages, key=lambda stage: (places.get(stage.task_id, len(places)), stage.map_index))

    def _tell(self, run_id: str) -> None:
        stages = self.stages(run_id)
        self.watcher.stages(stages)
        for stage in stages:
            if stage.runs and (lines := self._new_lines(run_id, stage)):
                self.watcher.log_line(stage, lines[-1])

    def _new_lines(self, run_id: str, stage: Stage) -> list[str]:
        reading = self._readings.setdefault((stage.name, stage.attempt), LogReading())
        lines, reading.token = self.api.log(self.dag_id, run_id, stage, reading.token)
        return reading.own_lines(lines)

    def _describe_failure(self, run_id: str) -> str:
        failed = next((stage for stage in self.stages(run_id) if stage.has_failed), None)
        if failed is None:
            return f"run {run_id} of '{self.dag_id}' failed, though none of its tasks did; see Airflow's logs"
        lines, _ = self.api.log(self.dag_id, run_id, failed)
        return (
            f"stage {failed.name} failed; the last lines of its log:\n"
            f"{indent(LogReading().own_lines(lines)[-SHOWN_LINES:])}\n"
            f"  the whole log: {self._log_file(run_id, failed)}"
        )

    def _log_file(self, run_id: str, stage: Stage) -> Path:
        """Return where Airflow's default `[logging] log_filename_template` puts the log."""
        mapped = [f"map_index={stage.map_index}"] if stage.map_index >= 0 else []
        parts = [f"dag_id={self.dag_id}", f"run_id={run_id}", f"task_id={stage.task_id}", *mapped]
        return self.task_logs.joinpath(*parts, f"attempt={stage.attempt}.log")

    def _is_healthy(self) -> bool:
        return all(state == "healthy" for state in self.api.components().values())

    def _check_import_errors(self) -> None:
        for file, trace in self.api.import_errors().items():
            lines = indent(trace.strip().splitlines()[-SHOWN_LINES:])
            raise CommandError(f"the DAG file {file} does not load:\n{lines}")

    def _pause(self) -> None:
        for child in self.children:
            child.check()
        self.sleep(LOOK_EVERY_S)
