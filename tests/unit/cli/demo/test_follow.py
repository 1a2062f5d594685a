"""Following a run by Airflow's REST API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from aib_airflow.cli.demo.follow import Follower, LogReading
from aib_airflow.cli.demo.progress import PlainWatcher
from aib_airflow.cli.demo.rest import AirflowApi
from aib_airflow.cli.demo.stage import Stage
from aib_airflow.cli.errors import CommandError

HEALTHY = {"scheduler": {"status": "healthy"}, "triggerer": {"status": "healthy"}}


class FakeAirflow:
    """Answers as Airflow 3.3 does; each look at the run moves it on by one of `moments`."""

    def __init__(self, moments: list[tuple[str, list[dict[str, Any]]]]) -> None:
        self.moments = moments
        self.health: dict[str, Any] = HEALTHY
        self.has_dag = True
        self.import_errors: list[dict[str, str]] = []
        self.logs: dict[str, list[Any]] = {}
        self.sent: list[tuple[str, str, bytes]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v2")
        if request.method != "GET":
            self.sent.append((request.method, path, request.content))
            return httpx.Response(200, json={"dag_run_id": "run-1"})
        if path == "/monitor/health":
            return httpx.Response(200, json=self.health)
        if path == "/importErrors":
            return httpx.Response(200, json={"import_errors": self.import_errors})
        if path == "/dags/web":
            return httpx.Response(200 if self.has_dag else 404, json={})
        return self._answer_for_the_run(request, path.removeprefix("/dags/web/dagRuns/run-1"))

    def _answer_for_the_run(self, request: httpx.Request, path: str) -> httpx.Response:
        if path == "":
            state = self.moments[0][0]
            if len(self.moments) > 1:
                self.moments.pop(0)
            return httpx.Response(200, json={"state": state})
        if path == "/taskInstances":
            instances = self.moments[0][1]
            return httpx.Response(200, json={"task_instances": instances, "total_entries": len(instances)})
        task_id = path.split("/")[2]
        if "/logs/" in path:
            start = int(request.url.params.get("token", 0))
            lines = self.logs.get(task_id, [])[start:]
            return httpx.Response(200, json={"content": lines, "continuation_token": str(start + len(lines))})
        return httpx.Response(404, json={"detail": f"XCom of {task_id} not found"})


def instance(task_id: str, state: str | None, **times: str | None) -> dict[str, Any]:
    return {
        "task_id": task_id,
        "map_index": -1,
        "state": state,
        "try_number": 1,
        "start_date": times.get("start"),
        "end_date": times.get("end"),
    }


class SilentWatcher(PlainWatcher):
    """Remembers instead of printing."""

    def __init__(self) -> None:
        self.seen: list[list[Stage]] = []
        self.lines: list[str] = []

    def stages(self, stages: Iterable[Stage]) -> None:
        self.seen.append(list(stages))

    def log_line(self, stage: Stage, line: str) -> None:
        self.lines.append(f"{stage.name}: {line}")


@pytest.fixture
def watcher() -> SilentWatcher:
    return SilentWatcher()


def follow(airflow: FakeAirflow, watcher: SilentWatcher, clock: Iterator[float] | None = None) -> Follower:
    client = httpx.Client(base_url="http://airflow", transport=httpx.MockTransport(airflow))
    now = clock or iter(range(10_000))
    return Follower(
        AirflowApi(client),
        "web",
        Path("/logs"),
        watcher,
        order=["reserve", "provision"],
        sleep=lambda seconds: None,
        clock=lambda: float(next(now)),
    )


def test_a_run_is_triggered_with_its_conf_and_followed_to_its_end(watcher: SilentWatcher) -> None:
    """Unpause, trigger, look until it is over."""
    running = [instance("provision", "deferred"), instance("reserve", "success")]
    airflow = FakeAirflow([("running", running), ("success", running)])
    assert follow(airflow, watcher).run({"keep_on_failure": True}) == "run-1"
    assert [(method, path) for method, path, _ in airflow.sent] == [
        ("PATCH", "/dags/web"),
        ("POST", "/dags/web/dagRuns"),
    ]
    assert b'"keep_on_failure":true' in airflow.sent[1][2].replace(b" ", b"")


def test_stages_are_shown_in_the_order_of_the_plan(watcher: SilentWatcher) -> None:
    """Whatever order Airflow answers in."""
    airflow = FakeAirflow([("success", [instance("provision", None), instance("reserve", "success")])])
    follow(airflow, watcher).run({})
    assert [stage.task_id for stage in watcher.seen[-1]] == ["reserve", "provision"]
    assert watcher.seen[-1][1].state == "waiting"


def test_only_the_newest_line_is_told_and_none_twice(watcher: SilentWatcher) -> None:
    """The log is read on from where the last look ended."""
    running = [instance("provision", "running")]
    airflow = FakeAirflow([("running", running), ("running", running), ("success", running)])
    airflow.logs["provision"] = [{"event": "machine is made"}, {"event": "machine boots"}]
    follow(airflow, watcher).run({})
    assert watcher.lines == ["provision: machine boots"]


def test_a_failed_run_names_the_stage_its_last_lines_and_its_log(watcher: SilentWatcher) -> None:
    """The exception is among the lines; the stages that did not run are not blamed."""
    airflow = FakeAirflow(
        [("failed", [instance("reserve", "upstream_failed"), instance("provision", "failed")])]
    )
    airflow.logs["provision"] = [
        {
            "event": "Task failed with exception",
            "error_detail": [{"exc_type": "QuotaError", "exc_value": "no cores"}],
        }
    ]
    with pytest.raises(CommandError) as failure:
        follow(airflow, watcher).run({})
    text = str(failure.value)
    assert text.startswith("stage provision failed")
    assert "QuotaError: no cores" in text
    assert "/logs/dag_id=web/run_id=run-1/task_id=provision/attempt=1.log" in text


def test_a_green_run_with_a_failed_stage_has_failed(watcher: SilentWatcher) -> None:
    """Airflow judges a run by its leaves; a teardown that went well may be the only one."""
    airflow = FakeAirflow(
        [("success", [instance("provision", "failed"), instance("close_build", "success")])]
    )
    with pytest.raises(CommandError, match="stage provision failed"):
        follow(airflow, watcher).run({})


def test_a_file_that_does_not_load_ends_the_wait_at_once(watcher: SilentWatcher) -> None:
    """Airflow would go on for ever without the DAG."""
    airflow = FakeAirflow([("queued", [])])
    airflow.has_dag = False
    airflow.import_errors = [{"filename": "images.py", "stack_trace": "web.json:3: .properties: wrong"}]
    with pytest.raises(CommandError, match=r"web\.json:3"):
        follow(airflow, watcher).wait_for_dag()


def test_a_dag_that_never_appears_is_told_with_the_health_of_the_components(watcher: SilentWatcher) -> None:
    """After the time that it may take."""
    airflow = FakeAirflow([("queued", [])])
    airflow.health = HEALTHY | {"dag_processor": None}
    with pytest.raises(CommandError, match="dag_processor is absent"):
        follow(airflow, watcher).wait_for_dag()


def test_a_refusal_says_what_was_asked_and_what_was_answered(watcher: SilentWatcher) -> None:
    """No traceback of an HTTP library."""
    airflow = FakeAirflow([("success", [])])
    with pytest.raises(CommandError, match="Airflow answered 404 to GET /api/v2/dags/web"):
        follow(airflow, watcher).api.run_state("web", "run-9")


def test_a_task_that_handed_on_nothing_has_no_xcom(watcher: SilentWatcher) -> None:
    """A task may have nothing to say."""
    airflow = FakeAirflow([("success", [])])
    assert follow(airflow, watcher).api.xcom("web", "run-1", "publish") is None


def test_airflows_own_lines_are_folded_away() -> None:
    """Where a log was read from, and what ran before the task, also when a group ends in the next part."""
    reading = LogReading()
    assert reading.own_lines(["::group::Log message source details", "/a.log", "::endgroup::", " ", "a"]) == [
        "a"
    ]
    assert reading.own_lines(["::group::Pre Execute", "startup parse"]) == []
    assert reading.own_lines(["complete", "::endgroup::", "b"]) == ["b"]
