"""A real Airflow on loopback, whose DAGs come from template folders both ways: by a bundle, and by `dags/images.py`."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aib_airflow.bytecode import compile_once
from aib_airflow.cli.demo import airflow, processes, rest
from aib_airflow.cli.errors import CommandError

REFRESH_INTERVAL_S = 2
PATIENCE_S = 60
COMPONENTS = ("api-server", "scheduler", "dag-processor")
# Nobody answers there: a build gets as far as its first question to Azure, and waits for its next attempt.
NO_AZURE = {
    "conn_type": "azure_image_builder",
    "login": "client", "password": "none",
    "extra": json.dumps({
        "subscriptionId": "00000000-0000-0000-0000-000000000001", "tenantId": "tenant",
        "endpoint": "https://127.0.0.1:9", "authority": "https://127.0.0.1:9",
    }),
}  # fmt: skip


@dataclass(frozen=True)
class Site:
    """A running Airflow and the folders that its DAGs come from."""

    api: rest.AirflowApi
    bundle: Path
    dags_folder: Path

    def wait_for(self, what: str, look: Callable[[], Any]) -> tuple[Any, float]:
        """Return what `look` finds, and after how many seconds; fail after a minute without."""
        began = time.monotonic()
        while not (found := look()):
            if time.monotonic() - began > PATIENCE_S:
                raise AssertionError(
                    f"no {what} after {PATIENCE_S} s; import errors: {self.api.import_errors()}"
                )
            time.sleep(0.2)
        return found, time.monotonic() - began

    def dags(self) -> set[str]:
        """The DAGs that Airflow has."""
        return {dag["dag_id"] for dag in self.api._get("/api/v2/dags", limit=100)["dags"]}

    def documentation(self, dag_id: str) -> str:
        """What the newest version of a DAG says about itself."""
        return self.api._get(f"/api/v2/dags/{dag_id}/details")["doc_md"]

    def bundle_version(self, dag_id: str, run_id: str, task_id: str) -> str:
        """The version of the folder that a task of a run reads."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}"
        return self.api._get(path)["dag_version"]["bundle_version"]

    def write(self, name: str, **changes: object) -> None:
        """Write a template into the bundle's folder."""
        write_template(self.bundle, name, **changes)

    def state(self, dag_id: str, run_id: str, task_id: str) -> str:
        """The state of a task."""
        return next(s.state for s in self.api.stages(dag_id, run_id) if s.task_id == task_id)


def write_template(folder: Path, name: str, **changes: object) -> None:
    """Write a small image template into a folder, at once as a deployment would."""
    definition = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/galleries/g/images/d"
    properties = {
        "source": {"type": "PlatformImage", "publisher": "p", "offer": "o", "sku": "s", "version": "latest"},
        "customize": [{"type": "Shell", "name": "one", "scriptUri": "scripts/one.sh"}],
        "distribute": [
            {"type": "SharedImage", "runOutputName": "out", "galleryImageId": definition,
             "targetRegions": [{"name": "westus2"}]}
        ],
    }  # fmt: skip
    resource = {"type": "Microsoft.VirtualMachineImages/imageTemplates", "location": "westus2",
                "properties": properties | changes}  # fmt: skip
    new = folder / f".{name}.json"
    new.write_text(json.dumps(resource, indent=1), encoding="utf-8")
    new.rename(folder / f"{name}.json")


def write_folder(folder: Path, *names: str) -> None:
    """Make a template folder with a script and one broken template."""
    (folder / "scripts").mkdir(parents=True)
    (folder / "scripts" / "one.sh").write_text("echo one\n")
    for name in names:
        write_template(folder, name)
    (folder / "bad.json").write_text('{\n "properties": {\n  "source" 1\n }\n}\n')


@pytest.fixture(scope="module")
def site(checkout: Path, tmp_path_factory) -> Iterator[Site]:
    """Airflow's API server, scheduler and DAG processor, each a process, over two folders of templates."""
    compile_once()
    home = tmp_path_factory.mktemp("airflow")
    bundle, dags_folder = home / "templates", home / "dags"
    write_folder(bundle, "web", "app")
    write_folder(dags_folder / "images", "plain", "simple")
    shutil.copy(checkout / "dags" / "images.py", dags_folder)
    installation = airflow.Installation(home / "home", dags_folder, airflow.free_port())
    installation.write()
    environment = airflow.build_environment(installation, NO_AZURE) | _bundles(home, bundle)
    airflow.create_database(environment, home / "database.log")
    with _started(environment, home / "logs"):
        _wait_for_api(installation.url)
        with rest.connect(installation.url, airflow.USERNAME, installation.password) as api:
            yield Site(api, bundle, dags_folder)


def _bundles(home: Path, folder: Path) -> dict[str, str]:
    bundles = [
        {"name": "images", "classpath": "aib_airflow.bundles.TemplateDagBundle",
         "kwargs": {"path": str(folder), "refresh_interval": REFRESH_INTERVAL_S}},
        {"name": "dags-folder", "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
         "kwargs": {"refresh_interval": 300}},
    ]  # fmt: skip
    options = {
        "dag_bundle_config_list": json.dumps(bundles),
        "dag_bundle_storage_path": str(home / "store"),
        "bundle_refresh_check_interval": "1",
        # Long, so that only the bundle can be why a changed template is live soon.
        "min_file_process_interval": "300",
    }
    # Airflow does not write down a DAG twice in half a minute, and nor would it show a second change sooner.
    settings = {"AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "0"}
    return settings | {f"AIRFLOW__DAG_PROCESSOR__{name.upper()}": value for name, value in options.items()}


@contextlib.contextmanager
def _started(environment: dict[str, str], logs: Path) -> Iterator[None]:
    children: list[processes.Child] = []
    try:
        for name in COMPONENTS:
            command = [sys.executable, "-m", "airflow", *airflow.COMPONENTS[name]]
            children.append(processes.Child(f"airflow {name}", command, environment, logs / f"{name}.log"))
        yield
    finally:
        processes.stop({child.pid for child in children}, timeout_s=10)
        for child in children:
            child.has_ended()  # or its Popen complains that nobody asked


def _wait_for_api(url: str) -> None:
    deadline = time.monotonic() + airflow.READY_TIMEOUT_S
    while not rest.is_up(url):
        if time.monotonic() > deadline:
            raise CommandError(f"Airflow's API does not answer at {url}")
        time.sleep(0.5)
