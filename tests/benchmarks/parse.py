"""How long DAGs take to make and to serialise: prints one JSON object, in milliseconds a DAG.

`python tests/benchmarks/parse.py [--copies N] [--rounds N]`. Where dag-factory is installed, the same number of
DAGs with as many tasks each is made by it too.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[2]
TEMPLATES = CHECKOUT / "dags" / "images"
DEMO = "debian12_baseline"


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--copies", type=int, default=100, help="DAGs in the folder (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="the median of so many (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="aib-benchmark-") as folder:
        os.environ |= {"AIRFLOW_HOME": folder, "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        figures = measure(Path(folder), options.copies, options.rounds)
        sys.stdout.write(json.dumps(figures, indent=2) + "\n")


def measure(folder: Path, copies: int, rounds: int) -> dict[str, Any]:
    """Return the figures for `copies` of the demo's template."""
    from airflow.serialization.serialized_objects import DagSerialization

    from aib_airflow.factory import load_dags

    images = copy_templates(folder / "images", copies)
    dags = load_dags(images)
    tasks = len(next(iter(dags.values())).tasks)
    figures: dict[str, Any] = {
        "dags": len(dags),
        "tasks_per_dag": tasks,
        "rounds": rounds,
        "parse_ms_per_dag": per_dag(lambda: load_dags(images), copies, rounds),
        "serialize_ms_per_dag": per_dag(
            lambda: [DagSerialization.to_dict(dag) for dag in dags.values()], copies, rounds
        ),
    }
    if importlib.util.find_spec("dagfactory"):
        figures["dag_factory_parse_ms_per_dag"] = measure_dag_factory(folder, copies, rounds, tasks)
    return figures


def copy_templates(images: Path, copies: int) -> Path:
    """Make a folder with the demo's template under many names, and its scripts once."""
    shutil.copytree(TEMPLATES, images, ignore=shutil.ignore_patterns("*.json", "*.yaml", "*.yml"))
    text = (TEMPLATES / f"{DEMO}.json").read_text(encoding="utf-8")
    for number in range(copies):
        (images / f"image_{number:04}.json").write_text(text, encoding="utf-8")
    return images


def per_dag(work: Callable[[], Collection[Any]], copies: int, rounds: int) -> float:
    """Return the median over `rounds` of the milliseconds that one of `copies` takes; one round warms up."""
    work()
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        made = len(work())
        seconds.append(time.perf_counter() - began)
        if made != copies:
            raise SystemExit(f"{made} DAGs were made of {copies} templates")
    return round(statistics.median(seconds) * 1000 / copies, 2)


def measure_dag_factory(folder: Path, copies: int, rounds: int, tasks: int) -> float:
    """Return what dag-factory takes for as many DAGs, each a chain of as many BashOperators."""
    import dagfactory
    import yaml

    chain = {
        f"task_{number}": {
            "operator": "airflow.providers.standard.operators.bash.BashOperator",
            "bash_command": "true",
            "dependencies": [f"task_{number - 1}"] if number else [],
        }
        for number in range(tasks)
    }
    default = {"start_date": "2024-01-01"}
    dags = {f"image_{number:04}": {"default_args": default, "tasks": chain} for number in range(copies)}
    config = folder / "dag_factory.yaml"
    config.write_text(yaml.safe_dump(dags), encoding="utf-8")

    def work() -> Collection[Any]:
        made: dict[str, Any] = {}
        dagfactory.load_yaml_dags(globals_dict=made, config_filepath=str(config))
        return made

    return per_dag(work, copies, rounds)


if __name__ == "__main__":
    main()
