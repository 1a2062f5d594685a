"""From template folders to DAGs, by a real DAG processor, a real scheduler and real task processes.

The tests share one Airflow, and each begins with the folders as the one before has left them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

REFRESH_INTERVAL_S = 2
SOON_S = REFRESH_INTERVAL_S + 6
"""The refresh interval, the processor's round of a second, the parsing, and a busy machine."""


def reserve(site, dag_id: str, run_id: str) -> int:
    """Wait for the task `reserve` of a run, and return the build timeout, in minutes, that it read."""
    site.wait_for("reserved build", lambda: site.state(dag_id, run_id, "reserve") == "success")
    deadline = datetime.fromisoformat(site.api.xcom(dag_id, run_id, "reserve")["deadline"])
    run = site.api._get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")
    return round((deadline - datetime.fromisoformat(run["start_date"])) / timedelta(minutes=1))


def reserve_again(site, dag_id: str, run_id: str) -> int:
    """Clear `reserve` in a run that is in flight, and return what it read this time."""
    assert site.api.run_state(dag_id, run_id) == "running"
    clear = {"dry_run": False, "dag_run_id": run_id, "task_ids": ["reserve"], "only_failed": False}
    site.api._send("POST", f"/api/v2/dags/{dag_id}/clearTaskInstances", clear)
    site.wait_for("cleared task", lambda: site.state(dag_id, run_id, "reserve") != "success")
    return reserve(site, dag_id, run_id)


@pytest.fixture(scope="module")
def run_id(site) -> str:
    """A build of `web` that has begun, with a timeout of 100 minutes, and waits for an Azure that is not there."""
    site.write("web", buildTimeoutInMinutes=100)
    site.wait_for("new template", lambda: "100" in site.documentation("web"))
    run_id = site.api.trigger("web", {"dry_run": True})
    assert reserve(site, "web", run_id) == 100
    return run_id


def test_every_good_template_is_a_dag_and_every_broken_one_an_import_error(site) -> None:
    """Both ways; in a DAG folder, too, the DAGs of the file that reports the error stay in service."""
    site.wait_for("two errors", lambda: len(site.api.import_errors()) == 2)
    site.wait_for("four DAGs", lambda: site.dags() == {"web", "app", "plain", "simple"})
    errors = site.api.import_errors()
    assert set(errors) == {"bad.py", "images/bad.json"}
    assert errors["bad.py"].startswith("TemplateError: bad.json:3:12: ")
    assert "Traceback" not in errors["bad.py"]
    assert ": bad.json:3:12: " in errors["images/bad.json"].splitlines()[-1]


def test_a_changed_template_is_live_soon_and_a_run_in_flight_keeps_its_own(site, run_id) -> None:
    """Its tasks read the old folder; those of the next run read the new one."""
    began_with = site.bundle_version("web", run_id, "reserve")
    site.write("web", buildTimeoutInMinutes=200)
    site.write("app", buildTimeoutInMinutes=200)
    _, waited_s = site.wait_for("new template", lambda: "200" in site.documentation("web"))
    assert waited_s < SOON_S
    assert reserve_again(site, "web", run_id) == 100
    assert site.bundle_version("web", run_id, "reserve") == began_with
    site.wait_for("new template", lambda: "200" in site.documentation("app"))
    assert reserve(site, "app", site.api.trigger("app", {"dry_run": True})) == 200


def test_a_changed_script_is_a_new_version_of_the_dags_that_name_it(site) -> None:
    """Or a run that has begun would go on with the new script: Airflow looks at the DAG alone."""
    before = site.documentation("app")
    (site.bundle / "scripts" / "one.sh").write_text("echo two\n")
    _, waited_s = site.wait_for("new script", lambda: site.documentation("app") != before)
    assert waited_s < SOON_S


def test_a_new_template_is_a_dag_soon_and_a_removed_one_is_none(site) -> None:
    """Nobody restarts anything."""
    site.write("later")
    _, waited_s = site.wait_for("new DAG", lambda: "later" in site.dags())
    assert waited_s < SOON_S
    (site.bundle / "later.json").unlink()
    _, waited_s = site.wait_for("end of the DAG", lambda: "later" not in site.dags())
    assert waited_s < SOON_S


def test_a_template_that_breaks_is_an_error_and_its_run_in_flight_goes_on(site, run_id) -> None:
    """The last good version stands in: without a DAG, Airflow would not even tear down what the run has made."""
    (site.bundle / "web.json").write_text("{")
    _, waited_s = site.wait_for("error", lambda: "web.broken.py" in site.api.import_errors())
    assert waited_s < SOON_S
    assert reserve_again(site, "web", run_id) == 100
    site.write("web", buildTimeoutInMinutes=300)
    _, waited_s = site.wait_for("mended template", lambda: "300" in site.documentation("web"))
    assert waited_s < SOON_S
    site.wait_for("end of the error", lambda: "web.broken.py" not in site.api.import_errors())


def test_a_broken_template_changes_its_own_error_only(site) -> None:
    """Until it is mended; the DAGs and errors of others stay."""
    (site.bundle / "bad.json").write_text("{")
    _, waited_s = site.wait_for("other error", lambda: "bad.json:1:" in site.api.import_errors()["bad.py"])
    assert waited_s < SOON_S
    site.write("bad")
    _, waited_s = site.wait_for("DAG", lambda: "bad" in site.dags())
    assert waited_s < SOON_S
    assert set(site.api.import_errors()) == {"images/bad.json"}
    assert {"web", "app", "plain", "simple"} <= site.dags()
