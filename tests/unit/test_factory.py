"""From template files to DAGs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from airflow.serialization.serialized_objects import DagSerialization

from aib_airflow.factory import load_dags
from aib_airflow.template import TemplateError

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"


def template(**changes: object) -> dict[str, object]:
    """A small image template."""
    definition = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/r/providers/Microsoft.Compute/galleries/g/images/d"
    )
    properties = {
        "source": {"type": "PlatformImage", "publisher": "p", "offer": "o", "sku": "s", "version": "latest"},
        "customize": [{"type": "Shell", "name": "one", "inline": ["echo {{ not_jinja }}"]}],
        "distribute": [
            {
                "type": "SharedImage", "runOutputName": "out", "galleryImageId": definition,
                "targetRegions": [{"name": "westus2"}, {"name": "East US"}],
            }
        ],
    }  # fmt: skip
    return {"type": "Microsoft.VirtualMachineImages/imageTemplates", "location": "westus2",
            "properties": properties | changes}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "web.json").write_text(json.dumps(template()))
    return tmp_path


def test_a_template_is_a_dag_with_the_documented_stages(folder: Path) -> None:
    """The task ids are a contract."""
    dag = load_dags(folder)["web"]
    assert dag.topological_sort()[0].task_id == "reserve"
    assert set(dag.task_ids) == {
        "reserve", "prepare", "resource_group", "network", "provision", "customize.1_one", "generalize",
        "capture", "release", "distribute.out", "regions.out.westus2", "regions.out.eastus", "publish",
        "close_build",
    }  # fmt: skip
    assert dag.get_task("release").upstream_task_ids == {"capture"}
    assert dag.get_task("reserve").is_setup
    teardown = dag.get_task("close_build")
    assert teardown.is_teardown
    assert teardown.on_failure_fail_dagrun
    assert dag.get_task("publish").downstream_task_ids == set(), "or its failure would not be the run's"
    assert dag.dagrun_timeout is None, "Airflow skips teardowns when it is reached"


@pytest.mark.parametrize("count", [1, 3])
def test_every_region_is_awaited(folder: Path, count: int) -> None:
    """However many there are, both publishing and tidying up come behind them."""
    document = template()
    names = [{"name": name} for name in ("westus2", "eastus", "westeurope")[:count]]
    document["properties"]["distribute"][0]["targetRegions"] = names
    (folder / "web.json").write_text(json.dumps(document))
    dag = load_dags(folder)["web"]
    regions = {task_id for task_id in dag.task_ids if task_id.startswith("regions.")}
    assert len(regions) == count
    publish = dag.get_task("publish")
    assert publish.upstream_task_ids == regions
    assert publish.trigger_rule == "none_failed_min_one_success", "a run may leave out some"
    assert regions < dag.get_task("close_build").upstream_task_ids


def test_the_trigger_form_has_regions_and_what_the_template_declares(folder: Path) -> None:
    """Names of our own are not taken from the template's."""
    parameters = {"regions": {"type": "string", "defaultValue": "x", "allowedValues": ["x", "y"]},
                  "password": {"type": "securestring", "defaultValue": "canary"}}  # fmt: skip
    deployment = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "parameters": parameters,
        "resources": [template() | {"name": "web"}],
    }
    (folder / "web.json").write_text(json.dumps(deployment))
    params = load_dags(folder)["web"].params
    assert params["regions"] == ["eastus", "westus2"]
    assert params["template_regions"] == "x"
    assert set(params) == {"regions", "dry_run", "keep_on_failure", "template_regions"}


def test_the_template_is_the_dags_documentation(folder: Path) -> None:
    """Whoever opens the DAG sees what it builds."""
    dag = load_dags(folder)["web"]
    assert (folder / "web.json").read_text() in dag.doc_md
    assert "aib" in dag.tags


def test_a_dag_is_serialised_the_same_each_time(folder: Path) -> None:
    """A difference would be a new DAG version at each pass."""
    first, second = (DagSerialization.to_dict(load_dags(folder)["web"]) for _ in range(2))
    assert first == second


def test_a_broken_template_does_not_hide_the_others(folder: Path) -> None:
    """Its faults are the import error, with file and line."""
    (folder / "bad.json").write_text(json.dumps(template(customize=[{"type": "Shel"}]), indent=1))
    (folder / "worse.json").write_text("{")
    dags = load_dags(folder)
    dags["web"].validate()
    with pytest.raises(TemplateError) as error:
        dags["broken_templates"].validate()
    assert "bad.json:" in str(error.value)
    assert "did you mean 'Shell'?" in str(error.value)
    assert "worse.json:1" in str(error.value)


def test_airflow_shows_the_faults_and_loads_the_rest(folder: Path, tmp_path: Path) -> None:
    """By Airflow's own DagBag, as the DAG processor uses it."""
    from airflow.dag_processing.dagbag import DagBag

    (folder / "bad.json").write_text("[]")
    dags = tmp_path / "dags"
    dags.mkdir()
    (dags / "images.py").write_text(
        "from pathlib import Path  # an airflow dag file\n"
        "from aib_airflow.factory import load_dags\n"
        f"globals().update(load_dags(Path({str(folder)!r})))\n"
    )
    bag = DagBag(dag_folder=str(dags))
    assert bag.dag_ids == ["web"]
    (error,) = bag.import_errors.values()
    assert error.startswith("TemplateError: bad.json:1")


def test_a_tasks_process_makes_its_own_dag_only(folder: Path, monkeypatch) -> None:
    """999 other templates cost a task nothing; they may even be broken."""
    (folder / "bad.json").write_text("{")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "web")
    assert set(load_dags(folder)) == {"web"}


def test_parsing_loads_no_azure_and_no_ssh() -> None:
    """Every pass of the DAG processor and every task would pay for it."""
    heavy = ("azure", "asyncssh", "paramiko", "starlette", "winrm")
    code = f"import sys, aib_airflow.factory; print([m for m in sys.modules if m.split('.')[0] in {heavy!r}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
