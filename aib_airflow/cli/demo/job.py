"""The demo from beginning to end: emulator and Airflow up, one run of one template, the image on disk."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aib_airflow.azure.client import Arm
from aib_airflow.azure.errors import AzureError
from aib_airflow.azure.gallery import DefinitionId
from aib_airflow.bytecode import without_bytecode_ban
from aib_airflow.cli.demo import airflow, azure, processes, rest
from aib_airflow.cli.demo.emulator import start_emulator, wait_for_connection
from aib_airflow.cli.demo.follow import LOOK_EVERY_S, Follower
from aib_airflow.cli.demo.progress import Watcher
from aib_airflow.cli.demo.result import DemoResult
from aib_airflow.cli.demo.target import DemoTemplate
from aib_airflow.cli.demo.work import WorkFolder
from aib_airflow.cli.errors import CommandError
from aib_airflow.cli.export import export_vhd
from aib_airflow.cli.plan import stages


@dataclass(frozen=True, slots=True)
class DemoRequest:
    """What to build, where to work, and whether everything stays up afterwards."""

    template: DemoTemplate
    work: WorkFolder
    cache: Path
    keep: bool = False
    conf: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Site:
    """What is up: an Airflow, and an Azure to build in."""

    installation: airflow.Installation
    arm: Arm
    follower: Follower


class RunFailedError(CommandError):
    """The DAG run failed, or its image is not there; Airflow still runs and can be asked why."""


def build_image(request: DemoRequest, watcher: Watcher) -> tuple[DemoResult, airflow.Installation]:
    """Build the image; return the result and the Airflow that built it, which runs on only with `keep`."""
    began = time.monotonic()
    with _stopped_after(request.work, keep=request.keep), _site(request, watcher) as site:
        return _build(request, site, watcher, began), site.installation


@contextlib.contextmanager
def _stopped_after(work: WorkFolder, *, keep: bool) -> Iterator[None]:
    """Stop every process of the demo at the end; `keep` spares them unless starting failed or Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except RunFailedError:
        if not keep:
            _stop(work)
        raise
    except BaseException:
        _stop(work)
        raise
    if not keep:
        _stop(work)


def _stop(work: WorkFolder) -> None:
    """Stop all, once: a second Ctrl-C must not leave half of it behind."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    work.stop()


@contextlib.contextmanager
def _site(request: DemoRequest, watcher: Watcher) -> Iterator[Site]:
    work, template = request.work, request.template
    environment = {**without_bytecode_ban(os.environ), processes.MARK: work.mark}
    watcher.note("starting the emulator and Airflow")
    emulator = start_emulator(work, template.subscription_id, request.cache, environment)
    work.remember([emulator])
    installation = airflow.Installation(work.airflow, template.dags_folder(work), airflow.free_port())
    installation.write()
    airflow.create_database(
        airflow.build_environment(installation, {}, environment), work.logs / "database.log"
    )
    connection = wait_for_connection(emulator, work.emulator)
    settings = airflow.build_environment(installation, connection.as_airflow_connection(), environment)
    children = [emulator, *airflow.start_components(settings, work.logs)]
    work.remember(children)
    with Arm(connection.account()) as arm:
        for definition in template.definitions:
            azure.ensure_definition(arm, definition, template.location)
        watcher.note(f"the emulator answers at {connection.endpoint}; its gallery is ready")
        _wait_for_api(installation, children)
        with rest.connect(installation.url, airflow.USERNAME, installation.password) as api:
            order = [task_id for task_id, _ in stages(template.plan)]
            follower = Follower(api, template.dag_id, work.airflow / "logs", watcher, order, children)
            follower.wait_for_dag()
            watcher.note(f"Airflow is up: {installation.login_line}")
            yield Site(installation, arm, follower)


def _wait_for_api(installation: airflow.Installation, children: list[processes.Child]) -> None:
    deadline = time.monotonic() + airflow.READY_TIMEOUT_S
    while not rest.is_up(installation.url):
        for child in children:
            child.check()
        if time.monotonic() > deadline:
            raise CommandError(
                f"Airflow's API does not answer after {airflow.READY_TIMEOUT_S} s; see its logs"
            )
        time.sleep(LOOK_EVERY_S)


def _build(request: DemoRequest, site: Site, watcher: Watcher, began: float) -> DemoResult:
    """Run the DAG, and prove that the image is there."""
    api, dag_id = site.follower.api, request.template.dag_id
    try:
        run_id = site.follower.run(request.conf)
        published = _published(api, dag_id, run_id)
        version_id = published["image_versions"][0]["id"]
        regions = azure.check_version(site.arm, version_id)
        vhd, size = _export(request, site.arm, version_id, watcher)
    except (CommandError, AzureError) as error:
        raise RunFailedError(str(error)) from error
    return DemoResult(
        image_version_id=version_id,
        regions=regions,
        vhd=vhd,
        vhd_bytes=size,
        build_id=published["build_id"],
        stages=site.follower.stages(run_id),
        packages=published.get("packages") or {},
        total_s=time.monotonic() - began,
    )


def _published(api: rest.AirflowApi, dag_id: str, run_id: str) -> dict[str, Any]:
    """Return what the stage `publish` handed on: build, image versions, packages."""
    published: dict[str, Any] = api.xcom(dag_id, run_id, "publish") or {}
    if not published.get("image_versions"):
        raise CommandError("the run succeeded, but its stage `publish` names no image version")
    return published


def _export(request: DemoRequest, arm: Arm, version_id: str, watcher: Watcher) -> tuple[Path, int]:
    definition = DefinitionId.parse(version_id)
    target = request.work.vhd(definition.definition, version_id.rpartition("/")[2])
    watcher.note(f"exporting {definition.definition} as a VHD")
    size = export_vhd(
        arm,
        version_id,
        group=definition.group,
        location=request.template.location,
        target=target,
        report=watcher.transferred,
    )
    return target, size
