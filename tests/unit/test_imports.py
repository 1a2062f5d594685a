"""The arrows of the architecture: who may import whom, and what parsing a DAG must not load."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import aib_airflow

PACKAGE = Path(aib_airflow.__file__).parent

# Part of the package -> the parts it may import beside itself. The parts that are not listed may import all
# but `cli` and `emulator`.
ARROWS = {
    "arm_template": set(),
    "template": {"arm_template"},
    "plan": {"template", "arm_template"},
    "azure": set(),
    "remote": set(),
    "emulator": {"arm_template"},
}
PURE = {"arm_template", "template", "plan", "azure"}
SLOW = {"azure", "paramiko", "asyncssh", "starlette"}


def imported_names(file: Path) -> Iterator[str]:
    """Yield the dotted names of all modules a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(file: Path) -> str:
    """Return the part of the package that a file belongs to: its folder or its own name."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def parts_imported(file: Path) -> set[str]:
    """Return the parts of the package that a file imports, besides its own."""
    names = (name.split(".") for name in imported_names(file))
    known = {part_of(path) for path in PACKAGE.rglob("*.py")}
    return {
        words[1] for words in names if words[0] == "aib_airflow" and len(words) > 1 and words[1] in known
    } - {part_of(file)}


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_file_imports_only_what_its_part_may(file: Path) -> None:
    """The arrows point one way; `cli` may import all, and only `cli` imports the emulator."""
    if part_of(file) == "cli":
        return
    forbidden = parts_imported(file) & {"cli", "emulator"}
    if part_of(file) in ARROWS:
        forbidden |= parts_imported(file) - ARROWS[part_of(file)]
    assert forbidden == set()


@pytest.mark.parametrize("part", sorted(PURE))
def test_the_pure_parts_know_nothing_of_airflow(part: str) -> None:
    """Templates, plans and the ARM client work, and are tested, without Airflow."""
    guilty = {
        str(file.relative_to(PACKAGE))
        for file in PACKAGE.joinpath(part).rglob("*.py")
        if any(name.split(".")[0] == "airflow" for name in imported_names(file))
    }
    assert guilty == set()


def test_parsing_a_dag_loads_no_azure_and_no_ssh() -> None:
    """Each file of each pass of the DAG processor, and each task, would pay for them anew."""
    code = "import sys, aib_airflow.factory; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert SLOW & set(ended.stdout.split()) == set()


def test_help_loads_neither_airflow_nor_azure() -> None:
    """`aib --help` answers at once."""
    code = (
        "import sys, contextlib\n"
        "from aib_airflow.cli import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in ended.stderr.split()}
    assert "Exit codes" in ended.stdout
    assert loaded & {"airflow", "azure", "pydantic", "starlette", "httpx"} == set()
