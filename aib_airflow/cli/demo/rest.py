"""The part of Airflow's REST API (v2) that the demo drives its run with."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import httpx

from aib_airflow.cli.demo.stage import Stage
from aib_airflow.cli.errors import CommandError

# Long, because two cores may be busy with a machine that boots; a dead Airflow is noticed by its process.
TIMEOUT_S = 120.0


class AirflowApi:
    """One Airflow, one login."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def components(self) -> dict[str, str]:
        """Return the health of each component, as `{"scheduler": "healthy", ...}`."""
        health = self._get("/api/v2/monitor/health")
        return {name: (state or {}).get("status") or "absent" for name, state in health.items()}

    def dag_exists(self, dag_id: str) -> bool:
        """Tell whether the DAG was parsed and stored."""
        return self._client.get(f"/api/v2/dags/{dag_id}").status_code == httpx.codes.OK

    def import_errors(self) -> dict[str, str]:
        """Return file name -> stack trace of every DAG file that does not load."""
        found = self._get("/api/v2/importErrors")["import_errors"]
        return {error["filename"]: error["stack_trace"] for error in found}

    def trigger(self, dag_id: str, conf: Mapping[str, Any]) -> str:
        """Unpause the DAG, start a run, and return the run's id."""
        self._send("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})
        run = self._send("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None, "conf": dict(conf)})
        return str(run["dag_run_id"])

    def run_state(self, dag_id: str, run_id: str) -> str:
        """Return `queued`, `running`, `success` or `failed`."""
        return str(self._get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def stages(self, dag_id: str, run_id: str) -> list[Stage]:
        """Return the run's task instances."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        instances: list[dict[str, Any]] = []
        while True:
            page = self._get(path, limit=100, offset=len(instances))
            instances += page["task_instances"]
            if not page["task_instances"] or len(instances) >= page["total_entries"]:
                break
        return [_stage(instance) for instance in instances]

    def log(
        self, dag_id: str, run_id: str, stage: Stage, token: str | None = None
    ) -> tuple[list[str], str | None]:
        """Return the log lines of a stage after `token`, and the token for the lines after these."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{stage.task_id}/logs/{stage.attempt}"
        query = {"map_index": stage.map_index} | ({"token": token} if token else {})
        answer = self._get(path, **query)
        lines = [line for entry in answer["content"] for line in _lines(entry)]
        return lines, answer.get("continuation_token")

    def xcom(self, dag_id: str, run_id: str, task_id: str, key: str = "return_value") -> Any:
        """Return what a task handed on, or None when it handed on nothing."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/{key}"
        response = self._client.get(path, params={"deserialize": False})
        return None if response.status_code == httpx.codes.NOT_FOUND else _body(response)["value"]

    def _get(self, path: str, **query: Any) -> dict[str, Any]:
        return _body(self._client.get(path, params=query))

    def _send(self, method: str, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        return _body(self._client.request(method, path, json=document))


@contextlib.contextmanager
def connect(url: str, username: str, password: str) -> Iterator[AirflowApi]:
    """Log in and yield the API."""
    with httpx.Client(base_url=url, timeout=TIMEOUT_S, trust_env=False) as client:
        answer = _body(client.post("/auth/token", json={"username": username, "password": password}))
        client.headers["Authorization"] = f"Bearer {answer['access_token']}"
        client.headers["Accept"] = "application/json"
        yield AirflowApi(client)


def is_up(url: str) -> bool:
    """Tell whether the API server answers at all."""
    try:
        return httpx.get(f"{url}/api/v2/version", timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _body(response: httpx.Response) -> dict[str, Any]:
    if not response.is_success:
        request = response.request
        raise CommandError(
            f"Airflow answered {response.status_code} to {request.method} {request.url.path}: {response.text[:500]}"
        )
    body: dict[str, Any] = response.json()
    return body


def _stage(instance: Mapping[str, Any]) -> Stage:
    return Stage(
        task_id=instance["task_id"],
        map_index=instance["map_index"],
        state=instance["state"] or "waiting",
        attempt=instance["try_number"],
        started=_timestamp(instance["start_date"]),
        ended=_timestamp(instance["end_date"]),
    )


def _lines(entry: Mapping[str, Any] | str) -> list[str]:
    """Return the lines of a log entry, and those of each exception it tells of."""
    if isinstance(entry, str):
        return entry.splitlines()
    errors = [f"{error['exc_type']}: {error['exc_value']}" for error in entry.get("error_detail") or ()]
    return "\n".join([str(entry["event"]), *errors]).splitlines()


def _timestamp(text: str | None) -> float | None:
    return datetime.fromisoformat(text).timestamp() if text else None
