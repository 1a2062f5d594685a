"""`aib validate` and `aib plan`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aib_airflow import plan as planning
from aib_airflow import template
from aib_airflow.cli import main
from aib_airflow.cli.plan import stages
from aib_airflow.cli.validate import find_files
from aib_airflow.factory import build_dag

OWN = Path("dags", "images", "debian12_baseline.json")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    file = tmp_path / "web.json"
    file.write_text('{\n  "type": "Microsoft.VirtualMachineImages/imageTemplates",\n  "properties": {}\n}\n')
    return file


def test_the_checkouts_own_templates_are_sound(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is found, nothing is printed as a finding, exit code 0."""
    assert main(["validate", str(checkout / "dags" / "images")]) == 0
    assert capsys.readouterr().out == ""


def test_every_fault_is_a_line_and_ends_with_1(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """File, line, path, what is wrong."""
    assert main(["validate", str(broken)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all(line.startswith("web.json:") for line in lines)
    assert any("distribute" in line for line in lines)


def test_faults_come_as_json_too(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One document with all files and all faults."""
    assert main(["validate", "--output", "json", str(broken)]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["files"] == [str(broken)]
    assert {"file", "line", "column", "path", "message", "fix"} == set(document["faults"][0])


def test_a_pipeline_file_stands_for_the_template_beside_it(tmp_path: Path) -> None:
    """`web.yaml` and `web.json` are one image; scripts beside them are none."""
    for name in ("web.json", "web.yaml", "db.json", "setup.sh"):
        (tmp_path / name).touch()
    assert [file.name for file in find_files(tmp_path)] == ["db.json", "web.yaml"]


@pytest.mark.parametrize("words", [["validate", "/no/such/folder"], ["plan", "/no/such/file"]])
def test_what_is_not_there_is_wrong_use(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and the name."""
    assert main(words) == 2
    assert "/no/such/f" in capsys.readouterr().err


def test_a_folder_without_templates_is_wrong_use(tmp_path: Path) -> None:
    """A green check of nothing would hide a mistyped path."""
    assert main(["validate", str(tmp_path)]) == 2


def test_the_plan_names_the_tasks_of_the_dag(checkout: Path) -> None:
    """What `aib plan` shows is what Airflow runs."""
    plan = planning.compile(template.load(checkout / OWN))
    assert {task_id for task_id, _ in stages(plan)} == set(build_dag(plan).task_ids)


def test_the_plan_is_a_tree_for_people(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Groups are branches; each task says what it does."""
    assert main(["plan", str(checkout / OWN)]) == 0
    shown = capsys.readouterr().out
    assert "debian12_baseline" in shown
    assert "2_harden  Shell harden" in shown


def test_the_plan_is_json_for_programs(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Stages in order, targets, digest."""
    assert main(["plan", "--output", "json", str(checkout / OWN)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["stages"][0]["task_id"] == "reserve"
    assert document["targets"][0].endswith("/galleries/demo/images/debian12-baseline")
