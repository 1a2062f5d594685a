"""One pass of the DAG processor over one file, in this process: prints seconds, memory and tasks as one JSON line.

Airflow, and the package that the file imports, are imported before: the DAG processor forks from a process that
has them. Memory is what the pass adds to the process, at its peak.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import sys
import time
from pathlib import Path


def main() -> None:
    """Parse the file as Airflow does, then serialise its DAGs."""
    logging.disable(logging.CRITICAL)
    from airflow.dag_processing.dagbag import BundleDagBag
    from airflow.serialization.serialized_objects import DagSerialization

    loader = Path(sys.argv[1])
    warm_up(loader)
    before = memory_mb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    began = time.perf_counter()
    bag = BundleDagBag(
        dag_folder=str(loader), bundle_path=loader.parent, bundle_name="benchmark", safe_mode=False
    )
    parsed = time.perf_counter()
    after_parsing = memory_mb("VmHWM")
    serialized = [DagSerialization.to_dict(dag) for dag in bag.dags.values()]
    ended = time.perf_counter()
    figures = {
        "parse_s": parsed - began,
        "serialize_s": ended - parsed,
        "parse_mb": after_parsing - before,
        "peak_mb": memory_mb("VmHWM") - before,
        "serialized": len(serialized),
        "tasks": {dag_id: len(dag.tasks) for dag_id, dag in sorted(bag.dags.items())},
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def warm_up(loader: Path) -> None:
    """Import what the file imports, and Airflow's operators that dag-factory would import while it is timed."""
    for module in ("aib_airflow.factory", "dagfactory", "airflow.providers.standard.operators.bash"):
        package = module.partition(".")[0]
        if package in loader.read_text(encoding="utf-8") and importlib.util.find_spec(module):
            importlib.import_module(module)
    importlib.import_module("airflow.providers.standard.operators.bash")


def memory_mb(field: str) -> float:
    """Return a line of /proc/self/status: VmRSS, what is resident now, or VmHWM, the most that was."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith(f"{field}:")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
