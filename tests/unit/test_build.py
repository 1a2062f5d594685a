"""What follows from a run: parameters, names, times."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aib_airflow import params, plan, template
from aib_airflow.azure.credentials import CLOUDS, Account
from aib_airflow.build import GRACE, Build
from aib_airflow.template import TemplateError

STARTED = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ACCOUNT = Account(subscription_id="sub-1", cloud=CLOUDS["AzurePublicCloud"], tenant_id="tenant-1")
DEMO = Path(__file__).parents[2] / "dags" / "images" / "debian12_baseline.json"


@pytest.fixture(scope="module")
def demo() -> plan.BuildPlan:
    return plan.compile(template.load(DEMO))


def build(demo: plan.BuildPlan, run_id: str = "manual__1", **values: Any) -> Build:
    run = SimpleNamespace(run_id=run_id, start_date=STARTED, run_after=STARTED)
    defaults = {name: param.value for name, param in params.declare(demo).items()}
    return Build.of(demo, {"dag_run": run, "params": defaults | values}, lambda: ACCOUNT)


def test_all_stages_of_a_run_derive_the_same_build(demo) -> None:
    """Nothing but the run is needed, so nothing can be lost."""
    assert build(demo) == build(demo)
    assert build(demo).names != build(demo, run_id="manual__2").names


def test_the_tags_say_whose_a_resource_is_and_until_when(demo) -> None:
    """A sweep looks at them only."""
    tags = build(demo).tags
    assert tags["aib-image"] == "debian12_baseline"
    assert tags["aib-run"] == "manual__1"
    assert datetime.fromisoformat(tags["aib-expires"]) == STARTED + timedelta(minutes=60) + GRACE


def test_a_run_may_give_other_parameters(demo) -> None:
    """The trigger form changes what is built, and so its digest."""
    strict = build(demo, hardening="strict").plan
    assert "HARDENING=strict" in (strict.customizers[0].script.text or "")
    assert strict.digest != demo.digest
    assert build(demo, hardening="baseline").plan is demo


def test_a_parameter_that_does_not_fit_is_a_fault_of_the_run(demo) -> None:
    """As in the file: named, with what is allowed."""
    with pytest.raises(TemplateError, match=r"hardening.*baseline, strict"):
        build(demo, hardening="weak")


def test_a_run_may_leave_out_regions(demo) -> None:
    """The form offers the template's regions."""
    assert build(demo).regions == {"eastus", "westus2"}
    assert build(demo, regions=["eastus"]).regions == {"eastus"}


def test_an_old_template_may_have_parameters_of_our_names(tmp_path) -> None:
    """They are asked for under another name, and reach the template."""
    document = json.loads(DEMO.read_text())
    document["parameters"]["regions"] = {"type": "string", "defaultValue": "a"}
    (tmp_path / "web.json").write_text(json.dumps(document))
    for name in ("scripts", "files"):
        shutil.copytree(DEMO.parent / name, tmp_path / name)
    web = plan.compile(template.load(tmp_path / "web.json"))
    values = {name: param.value for name, param in params.declare(web).items()}
    assert params.template_values(web, values) == {}
    assert params.template_values(web, values | {"template_regions": "b"}) == {"regions": "b"}


def open_template(folder: Path, **fields: Any) -> plan.BuildPlan:
    """Write the demo's template with other values in its resource, and plan it."""
    document = json.loads(DEMO.read_text())
    document["parameters"]["region"] = {"type": "string"}
    document["resources"][0] |= fields
    (folder / "web.json").write_text(json.dumps(document))
    for name in ("scripts", "files"):
        shutil.copytree(DEMO.parent / name, folder / name)
    return plan.compile(template.load(folder / "web.json"))


def test_a_form_asks_for_what_the_template_does_not_say(tmp_path) -> None:
    """A field without a value: Airflow starts no run before it has one, and the run's build knows it."""
    web = open_template(tmp_path, location="[parameters('region')]")
    form = params.declare(web)
    assert not form["region"].has_value
    values = {name: param.value for name, param in form.items() if param.has_value}
    run = SimpleNamespace(run_id="manual__1", start_date=STARTED, run_after=STARTED)
    built = Build.of(web, {"dag_run": run, "params": values | {"region": "uksouth"}}, lambda: ACCOUNT)
    assert built.plan.location == "uksouth"
    assert not built.plan.template.needs


def test_a_run_knows_where_its_deployment_would_be(tmp_path) -> None:
    """The connection has the subscription, the form the region, and the run its time."""
    tags = {"subscription": "[subscription().subscriptionId]", "when": "[utcNow('yyyy-MM-dd')]"}
    web = open_template(tmp_path, location="[resourceGroup().location]", tags=tags)
    form = params.declare(web)
    assert "deployment_location" in form
    values = {name: param.value for name, param in form.items() if param.has_value}
    run = SimpleNamespace(run_id="manual__1", start_date=STARTED, run_after=STARTED)
    context = {"dag_run": run, "params": values | {"deployment_location": "uksouth"}}
    built = Build.of(web, context, lambda: ACCOUNT).plan
    assert (built.location, built.template.tags) == (
        "uksouth",
        {"subscription": "sub-1", "when": "2026-11-22"},
    )
