"""The demo's work folder: where each thing lies, and which processes use it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from aib_airflow.cli.demo import processes
from aib_airflow.cli.demo.processes import Child


@dataclass(frozen=True, slots=True)
class WorkFolder:
    """The folder of one demo (`./.aib`)."""

    path: Path

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME."""
        return self.path / "airflow"

    @property
    def emulator(self) -> Path:
        """The emulator's state."""
        return self.path / "emulator"

    @property
    def logs(self) -> Path:
        """A log for each process."""
        return self.path / "logs"

    @property
    def dags(self) -> Path:
        """The loader of a template from elsewhere."""
        return self.path / "dags"

    def vhd(self, image: str, version: str) -> Path:
        """Where an exported image goes."""
        return self.path / "images" / f"{image}-{version}.vhd"

    @property
    def mark(self) -> str:
        """What the processes of this demo carry in their environment."""
        return str(self.path)

    def remember(self, children: list[Child]) -> None:
        """Write down the running children, so that `aib demo --stop` finds them from another terminal."""
        running = [{"pid": child.pid, "started": processes.started_at(child.pid)} for child in children]
        self._register.write_text(json.dumps(running), encoding="utf-8")

    def running(self) -> set[int]:
        """Return the ids of the remembered children that still run.

        A process id may be another program's by now: it counts only with the start time written down.
        """
        try:
            remembered = json.loads(self._register.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return set()
        return {
            entry["pid"]
            for entry in remembered
            if entry["started"] is not None and processes.started_at(entry["pid"]) == entry["started"]
        }

    def stop(self) -> int:
        """Stop everything that belongs to this demo; return how many processes there were."""
        count = processes.stop(self.running(), mark=self.mark)
        self._register.unlink(missing_ok=True)
        return count

    @property
    def _register(self) -> Path:
        return self.path / "processes.json"
