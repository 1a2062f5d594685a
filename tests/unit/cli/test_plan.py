"""`aib plan`: what a template becomes, as a tree and as JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aib_airflow import plan as planning
from aib_airflow import template
from aib_airflow.cli import main
from aib_airflow.cli.plan import stages
from aib_airflow.cli.plan_document import BUILD, as_document, names
from aib_airflow.factory import build_dag
from aib_airflow.plan import BuildPlan

OWN = Path("dags", "images", "debian12_baseline.json")
GALLERY_IMAGE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/demo/images/web"


def image(name: str = "web", **properties: Any) -> dict[str, Any]:
    return {
        "type": "Microsoft.VirtualMachineImages/imageTemplates",
        "apiVersion": "2024-02-01",
        "name": name,
        "location": "westus2",
        "properties": {
            "source": {
                "type": "PlatformImage",
                "publisher": "Debian",
                "offer": "debian-12",
                "sku": "12-gen2",
            },
            "customize": [{"type": "Shell", "name": "hello", "inline": ["echo hello"]}],
            "distribute": [
                {
                    "type": "SharedImage",
                    "runOutputName": "out",
                    "galleryImageId": GALLERY_IMAGE,
                    "targetRegions": [{"name": "westus2"}],
                }
            ],
        }
        | properties,
    }


def deployment(*resources: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    return {
        "$schema": schema,
        "contentVersion": "1.0.0.0",
        "parameters": parameters,
        "resources": list(resources),
    }


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Any], str]:
    def write_file(document: Any, name: str = "web.json") -> str:
        file = tmp_path / name
        file.write_text(json.dumps(document))
        return str(file)

    return write_file


@pytest.fixture
def asking(write: Callable[[Any], str]) -> str:
    """A template whose machine's size and first script only a run knows."""
    return write(
        deployment(
            image(
                vmProfile={"vmSize": "[parameters('size')]"},
                customize=[
                    {"type": "Shell", "name": "greet", "inline": ["[concat('echo ', parameters('who'))]"]}
                ],
            ),
            size={"type": "string"},
            who={"type": "string"},
        )
    )


@pytest.fixture
def own(checkout: Path) -> BuildPlan:
    return planning.compile(template.load(checkout / OWN))


def test_the_stages_are_the_tasks_of_the_dag(own: BuildPlan) -> None:
    """What `aib plan` shows is what Airflow runs."""
    assert {task_id for task_id, _ in stages(own)} == set(build_dag(own).task_ids)


def test_every_kind_of_stage_is_shown(write: Callable[[Any], str]) -> None:
    """Customizers, validators and targets that this version does not build yet are tasks as well."""
    file = write(
        image(
            validate={"inVMValidations": [{"type": "Shell", "inline": ["true"]}]},
            customize=[{"type": "Shell", "inline": ["true"]}],
            distribute=[{"type": "VHD", "runOutputName": "disk"}],
        )
    )
    plan = planning.compile(template.load(file))
    assert {task_id for task_id, _ in stages(plan)} == set(build_dag(plan).task_ids)


def test_the_plan_is_a_tree_for_people(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Groups are branches; each task says what it does, each resource what it is called."""
    assert main(["plan", str(checkout / OWN)]) == 0
    shown = capsys.readouterr().out
    assert "debian12_baseline" in shown
    assert "2_harden  Shell harden" in shown
    assert f"vm-{BUILD}" in shown
    assert f"aib-debian12_baseline-{BUILD}" in shown


def test_what_is_not_built_yet_is_marked(
    write: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    """At its own stage only, and once more with its place in the file."""
    target = {"type": "VHD", "runOutputName": "disk"}
    assert main(["plan", write(image(distribute=[*image()["properties"]["distribute"], target]))]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-6:] for line in lines if "not built yet" in line] == [
        ["disk", "VHD", "disk", "not", "built", "yet"]
    ]
    assert any("distributor VHD is not built by this version yet" in line for line in lines)


def test_what_a_run_must_be_told_is_shown_as_such(asking: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In place of the value, and among the parameters."""
    assert main(["plan", asking]) == 0
    shown = capsys.readouterr().out
    assert f"vm-{BUILD} with osdisk-{BUILD}: <parameter size>" in shown
    assert "size  asked for by the trigger form" in shown


def test_given_values_are_planned_with(
    asking: str, write: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    """`--parameters`, as a run's form would give them."""
    values = write({"size": "Standard_D8s_v5", "who": "you"}, "values.json")
    assert main(["plan", "--parameters", values, asking]) == 0
    shown = capsys.readouterr().out
    assert "Standard_D8s_v5" in shown
    assert "<parameter" not in shown


def test_several_images_are_several_trees(
    write: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each under the id of its DAG; as JSON, each on its line."""
    file = write(deployment(image("one"), image("two")))
    assert main(["plan", file]) == 0
    shown = capsys.readouterr().out
    assert "web.one" in shown
    assert "web.two" in shown
    assert main(["plan", "--output", "json", file]) == 0
    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [document["image"] for document in documents] == ["web.one", "web.two"]


def test_the_json_is_the_whole_plan(
    checkout: Path, own: BuildPlan, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing that the plan knows is left out; the template itself is there by its file and digest."""
    assert main(["plan", "--output", "json", str(checkout / OWN)]) == 0
    document = json.loads(capsys.readouterr().out)
    told = {"template": "file"}
    fields = {told.get(name, name) for name in own.__dataclass_fields__}
    assert fields <= set(document)
    assert document["stages"][0]["task_id"] == "reserve"
    assert document["distributions"][0]["gallery_image"].endswith("/galleries/demo/images/debian12-baseline")
    assert document["distributions"][0]["version_rule"] == {"scheme": "Latest", "major": -1}
    assert document["customizers"][1]["script"]["path"] == "scripts/harden.sh"


def test_a_script_is_told_by_its_digest(write: Callable[[Any], str], own: BuildPlan) -> None:
    """Inline text, or a file: a plan can be kept and compared without what is in them."""
    file = write(image(customize=[{"type": "Shell", "inline": ["echo secret"]}]))
    document = as_document(planning.compile(template.load(file)))
    assert "secret" not in json.dumps(document)
    digest = hashlib.sha256(b"#!/bin/sh -e\necho secret\n").hexdigest()
    assert document["customizers"][0]["script"] == {"sha256": digest}
    on_disk = as_document(own)["customizers"][1]["script"]
    assert (
        on_disk["sha256"]
        == hashlib.sha256((own.template.folder / "scripts" / "harden.sh").read_bytes()).hexdigest()
    )


def test_json_says_what_is_not_known_yet(asking: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A stand-in is never shown as if it were the value, nor is a script's digest that no run will have."""
    main(["plan", "--output", "json", asking])
    document = json.loads(capsys.readouterr().out)
    assert document["vm_sizes"] == ["<parameter size>"]
    assert document["customizers"][0]["script"]["sha256"] == ""
    assert document["needs"] == [{"kind": "parameter", "name": name} for name in ("size", "who")]


def test_names_are_those_of_every_build_but_for_its_id(own: BuildPlan) -> None:
    """The pattern that a run's names follow."""
    run = planning.BuildNames.derive(own.image, "manual__2026-01-01")
    shown = names(own)
    for field in run.__dataclass_fields__:
        assert getattr(shown, field) == getattr(run, field).replace(run.build_id, BUILD)


def test_a_broken_template_has_no_plan(
    write: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Every fault on stderr, exit code 1, no traceback."""
    assert main(["plan", write(image(distribute=[]))]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "distribute must not be empty" in captured.err


@pytest.mark.parametrize("words", [["/no/such/file"], ["--parameters", "/no/such/values", "FILE"]])
def test_what_is_not_there_is_wrong_use(
    words: list[str], write: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, and the name."""
    file = write(image())
    assert main(["plan", *(file if word == "FILE" else word for word in words)]) == 2
    assert "/no/such/" in capsys.readouterr().err
