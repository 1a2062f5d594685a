"""From template files to DAGs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import structlog
from airflow.dag_processing.processor import DagFileParseRequest, _parse_file
from airflow.sdk.exceptions import AirflowFailException, ParamValidationError
from airflow.serialization.serialized_objects import DagSerialization

from aib_airflow.factory import MAX_READ_BYTES, load_dags
from aib_airflow.operators.unsupported import UnsupportedStageOperator
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


def test_the_dag_processor_files_a_broken_template_under_its_own_name(folder: Path, monkeypatch) -> None:
    """An error of the loading file would take all DAGs of that file out of service."""
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "client")
    images = folder / "images"
    images.mkdir()
    (folder / "web.json").rename(images / "web.json")
    (images / "bad.json").write_text("[]")
    (folder / "images.py").write_text(
        "from pathlib import Path  # an airflow dag file\n"
        "from aib_airflow.factory import load_dags\n"
        "globals().update(load_dags(Path(__file__).parent / 'images'))\n"
    )
    request = DagFileParseRequest(file=str(folder / "images.py"), bundle_path=folder, bundle_name="dags")
    result = _parse_file(request, structlog.get_logger())
    assert [dag.dag_id for dag in result.serialized_dags] == ["web"]
    assert set(result.import_errors) == {"images/bad.json"}
    assert ": bad.json:1:" in result.import_errors["images/bad.json"].splitlines()[-1]


def several(*names: str) -> str:
    """A deployment template with several image templates."""
    return json.dumps(
        {
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "resources": [template() | {"name": name} for name in names],
        }
    )


def test_each_image_template_of_a_file_is_a_dag(folder: Path, monkeypatch) -> None:
    """In a task's process the one that is wanted alone."""
    (folder / "both.json").write_text(several("one", "two"))
    assert set(load_dags(folder)) == {"web", "both.one", "both.two"}
    assert set(load_dags(folder, "both")) == {"both.one", "both.two"}
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "both.two")
    assert set(load_dags(folder)) == {"both.two"}
    assert set(load_dags(folder / "both.json")) == {"both.two"}


def test_two_files_for_one_image_are_a_fault(folder: Path) -> None:
    """Neither takes the other's place in silence."""
    (folder / "both.json").write_text(several("one", "two"))
    (folder / "both.two.json").write_text(json.dumps(template()))
    with pytest.raises(TemplateError, match=r"both\.two\.json:1:1: another file makes the image 'both\.two'"):
        load_dags(folder)["broken_templates"].validate()


def test_a_tasks_process_opens_no_file_of_another_image(folder: Path, monkeypatch) -> None:
    """Not even lists the folder: at a thousand templates that alone would be most of a task's start."""
    (folder / "web.prod.yaml").write_text("template: web.json\n")
    (folder / "webs.json").write_text("{}")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "web.prod")
    monkeypatch.setattr(Path, "iterdir", None)
    assert set(load_dags(folder)) == {"web.prod"}


def test_what_this_version_does_not_build_is_a_dag_of_full_shape(folder: Path) -> None:
    """Whoever looks at it sees the whole build; the stages in question never succeed."""
    source = {"type": "PlatformImage", "publisher": "MicrosoftWindowsServer", "offer": "o", "sku": "s"}
    image_id = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/r/providers/Microsoft.Compute/images/i"
    document = template(
        source=source,
        customize=[{"type": "PowerShell", "name": "one", "inline": ["dir"]}],
        validate={"inVMValidations": [{"type": "PowerShell", "name": "works", "inline": ["dir"]}]},
        distribute=[
            {"type": "ManagedImage", "runOutputName": "m", "imageId": image_id, "location": "westus2"},
            {"type": "VHD", "runOutputName": "v"},
        ],
    )
    (folder / "web.json").write_text(json.dumps(document))
    dag = load_dags(folder)["web"]
    unsupported = {"customize.1_one", "validate.1_works", "distribute.m", "distribute.v"}
    stages = {t.task_id: t for t in dag.tasks if isinstance(t, UnsupportedStageOperator)}
    assert set(stages) == unsupported
    assert dag.get_task("validate.1_works").upstream_task_ids == {"capture"}
    assert dag.get_task("distribute.m").upstream_task_ids == {"validate.1_works"}
    assert dag.get_task("publish").upstream_task_ids == {"distribute.m", "distribute.v"}
    assert {"distribute.m", "distribute.v"} < dag.get_task("close_build").upstream_task_ids
    for task_id, named in [
        ("customize.1_one", "customizer PowerShell one"),
        ("distribute.v", "distributor VHD v"),
    ]:
        with pytest.raises(
            AirflowFailException, match=rf"web\.json: {named} is not built by this version yet"
        ):
            stages[task_id].execute({})


def deployment(**parameters: object) -> str:
    """A deployment template with one image template whose version of the source is the first parameter."""
    source = {"type": "PlatformImage", "publisher": "p", "offer": "o", "sku": "s",
              "version": f"[parameters('{next(iter(parameters))}')]"}  # fmt: skip
    return json.dumps(
        {
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "parameters": parameters,
            "resources": [template(source=source) | {"name": "web"}],
        }
    )


def test_a_missing_parameter_must_be_given_in_the_trigger_form(folder: Path) -> None:
    """The DAG is there; Airflow does not start it without."""
    (folder / "web.json").write_text(deployment(version={"type": "string"}))
    params = load_dags(folder)["web"].params
    with pytest.raises(ParamValidationError):
        params.validate()


def test_a_schedule_needs_all_parameters(folder: Path) -> None:
    """Nobody fills in a scheduled run's form; Airflow would say so with a traceback and without a file."""
    (folder / "web.json").write_text(deployment(version={"type": "string"}))
    (folder / "web.yaml").write_text("template: web.json\nschedule: {cron: '0 3 * * 2'}\n")
    with pytest.raises(TemplateError, match=r"web\.yaml:2:\d+: \.schedule: .*version.*; give it") as error:
        load_dags(folder)["broken_templates"].validate()
    assert "Traceback" not in str(error.value)


def test_a_changed_script_changes_the_dag(folder: Path) -> None:
    """Airflow takes a run on to a newer bundle version whose DAG is the same: it must not be."""
    (folder / "one.sh").write_text("echo one")
    step = {"type": "Shell", "name": "one", "scriptUri": "one.sh"}
    (folder / "web.json").write_text(json.dumps(template(customize=[step])))
    before = DagSerialization.to_dict(load_dags(folder)["web"])
    (folder / "one.sh").write_text("echo two")
    after = DagSerialization.to_dict(load_dags(folder)["web"])
    assert before != after
    (folder / "one.sh").write_bytes(b"#" * (MAX_READ_BYTES + 1))
    assert f"{MAX_READ_BYTES + 1} bytes" in load_dags(folder)["web"].doc_md


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
