"""One DAG-processor pass over a thousand templates, and the start of one task: prints one JSON object.

`python tests/benchmarks/parse.py [--copies N] [--corpus FOLDER] [--dag-factory PYTHON]`. The templates are those of
the corpus that can be read, repeated under other names; without a corpus the project's own. dag-factory makes
as many DAGs with as many tasks each, by the Python given (the one running, if it has dag-factory). Each figure is
from a fresh process that has Airflow imported and bytecode compiled; nothing is judged here. `airflow_alone` is the
same DAGs written by hand in Python, a chain of BashOperators each: what Airflow itself takes, whoever makes the DAGs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aib_airflow import template
from aib_airflow.bytecode import without_bytecode_ban

CHECKOUT = Path(__file__).parents[2]
PASS = Path(__file__).with_name("one_pass.py")
OWN_TEMPLATES = CHECKOUT / "dags" / "images"

IMAGES_PY = """\
from pathlib import Path  # an airflow dag file
from aib_airflow.factory import load_dags
globals().update(load_dags(Path(__file__).parent / "images"))
"""
DAG_FACTORY_PY = """\
from pathlib import Path  # an airflow dag file
import dagfactory
folder = Path(__file__).parent
dagfactory.load_yaml_dags(globals_dict=globals(), config_filepath=str(folder / "dags.yaml"))
"""
AIRFLOW_PY = """\
import json
from pathlib import Path  # an airflow dag file
from airflow.sdk import DAG, chain
from airflow.providers.standard.operators.bash import BashOperator
for dag_id, tasks in json.loads(Path(__file__).with_name("dags.json").read_text()).items():
    with DAG(dag_id, schedule=None) as dag:
        chain(*[BashOperator(task_id=f"task_{number}", bash_command="true") for number in range(tasks)])
    globals()[dag_id] = dag
"""


def main() -> None:
    """Measure, and print the figures."""
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="aib-benchmark-") as folder:
        figures = measure(Path(folder), options)
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--copies", type=int, default=1000, help="templates in the folder (default: %(default)s)"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="processes for each figure (default: %(default)s)"
    )
    parser.add_argument("--corpus", type=Path, help="a folder of templates; those that make DAGs are used")
    parser.add_argument("--dag-factory", default=sys.executable, help="a Python that has dag-factory")
    return parser.parse_args()


def measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of both, and of one to the other."""
    for python in (sys.executable, options.dag_factory):
        compile_bytecode(python)
    ours, theirs = folder / "ours", folder / "dag_factory"
    ours.mkdir()
    (ours / "images.py").write_text(IMAGES_PY, encoding="utf-8")
    fill(ours / "images", options.corpus or OWN_TEMPLATES, options.copies, folder)
    dags = measured(sys.executable, ours)["tasks"]
    alone = folder / "airflow_alone"
    alone.mkdir()
    (alone / "dags.py").write_text(AIRFLOW_PY, encoding="utf-8")
    (alone / "dags.json").write_text(json.dumps(dags), encoding="utf-8")
    figures: dict[str, Any] = {
        "templates": options.copies,
        "dags": len(dags),
        "tasks": sum(dags.values()),
        "rounds": options.rounds,
        "aib_airflow": figures_of(sys.executable, ours, dags, options.rounds),
        "airflow_alone": figures_of(sys.executable, alone, dags, options.rounds),
    }
    if can_import(options.dag_factory, "dagfactory"):
        write_dag_factory(theirs, dags)
        other = figures_of(options.dag_factory, theirs, dags, options.rounds)
        figures["dag_factory"] = other
        figures["ratio"] = {
            name: round(value / other[name], 3)
            for name, value in figures["aib_airflow"].items()
            if other[name]
        }
    return figures


def fill(images: Path, source: Path, copies: int, folder: Path) -> None:
    """Fill a folder with the templates of `source` that make DAGs, over and over under other names."""
    trial = folder / "trial"
    trial.mkdir()
    files = template.find_templates(source)
    copy_files(source, files, trial / "images", len(files))
    (trial / "images.py").write_text(IMAGES_PY, encoding="utf-8")
    usable = {dag_id.partition(".")[0] for dag_id in measured(sys.executable, trial)["tasks"]}
    good = [file for number, file in enumerate(files) if image_name(number) in usable]
    copy_files(source, good, images, copies)


def copy_files(source: Path, files: Sequence[Path], target: Path, copies: int) -> None:
    """Copy files in turn under numbered names, and beside them the folders of scripts that they name."""
    target.mkdir()
    for entry in source.iterdir():
        if entry.is_dir():
            shutil.copytree(entry, target / entry.name)
    for number in range(copies):
        file = files[number % len(files)]
        shutil.copy(file, target / f"{image_name(number)}{file.suffix}")


def image_name(number: int) -> str:
    """Return the name of a template."""
    return f"image_{number:04}"


def write_dag_factory(folder: Path, dags: dict[str, int]) -> None:
    """Describe DAGs of the same names with as many tasks each, each a chain of BashOperators."""
    import yaml

    folder.mkdir()
    (folder / "factory.py").write_text(DAG_FACTORY_PY, encoding="utf-8")
    described = {
        dag_id: {"default_args": {"start_date": "2024-01-01"}, "tasks": dict(map(bash_task, range(tasks)))}
        for dag_id, tasks in dags.items()
    }
    (folder / "dags.yaml").write_text(yaml.safe_dump(described), encoding="utf-8")


def bash_task(number: int) -> tuple[str, dict[str, Any]]:
    """Return one task of dag-factory's, after the one before."""
    return f"task_{number}", {
        "operator": "airflow.providers.standard.operators.bash.BashOperator",
        "bash_command": "true",
        "dependencies": [f"task_{number - 1}"] if number else [],
    }


def figures_of(python: str, folder: Path, dags: dict[str, int], rounds: int) -> dict[str, float]:
    """Return the medians: seconds and memory of a pass, with and without serialising, and the start of a task."""
    passes = [measured(python, folder) for _ in range(rounds)]
    starts = [measured(python, folder, dag_id=list(dags)[-1]) for _ in range(rounds)]

    def median(found: list[dict[str, Any]], name: str) -> float:
        return round(statistics.median(each[name] for each in found), 4)

    parse_s, serialize_s = median(passes, "parse_s"), median(passes, "serialize_s")
    return {
        "parse_s": parse_s,
        "parse_and_serialize_s": round(parse_s + serialize_s, 4),
        "parse_ms_per_dag": round(parse_s * 1000 / len(dags), 3),
        "parse_mb": median(passes, "parse_mb"),
        "parse_and_serialize_mb": median(passes, "peak_mb"),
        "task_start_ms": round(median(starts, "parse_s") * 1000, 2),
    }


def measured(python: str, folder: Path, dag_id: str = "") -> dict[str, Any]:
    """Run one pass in a process of its own, or the part of it that a task of `dag_id` needs."""
    environment = {
        name: value
        for name, value in without_bytecode_ban(os.environ).items()
        if not name.startswith("AIRFLOW")
    } | {"AIRFLOW_HOME": str(folder / ".airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
         "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "0"}  # fmt: skip
    if dag_id:
        environment["_AIRFLOW_PARSING_CONTEXT_DAG_ID"] = dag_id
    (loader,) = folder.glob("*.py")
    done = subprocess.run(
        [python, str(PASS), str(loader)], env=environment, check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compile_bytecode(python: str) -> None:
    """Compile what a Python has installed, and this checkout: else each process would."""
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", where], check=True, capture_output=True, text=True).stdout.strip()
    environment = without_bytecode_ban(os.environ)
    command = [python, "-W", "ignore", "-m", "compileall", "-qq", site, str(CHECKOUT / "aib_airflow")]
    subprocess.run(command, env=environment, check=False, capture_output=True)


def can_import(python: str, module: str) -> bool:
    """Tell whether a Python has a module."""
    return not subprocess.run([python, "-c", f"import {module}"], check=False, capture_output=True).returncode


if __name__ == "__main__":
    main()
