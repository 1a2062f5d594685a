"""What a demo needs around its run: an Azure with a base image and a gallery, and an Airflow with the DAG."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aib_airflow.azure.client import Arm
from aib_airflow.bytecode import without_bytecode_ban
from aib_airflow.cli.demo import airflow, azure, rest
from aib_airflow.cli.demo.emulator import (
    start_base_image,
    start_emulator,
    wait_for_base_image,
    wait_for_connection,
)
from aib_airflow.cli.demo.follow import LOOK_EVERY_S, Follower
from aib_airflow.cli.demo.processes import MARK, Child
from aib_airflow.cli.demo.progress import Watcher
from aib_airflow.cli.demo.target import DemoTemplate
from aib_airflow.cli.demo.work import WorkFolder
from aib_airflow.cli.errors import CommandError
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
    """What is up. `base_image_s` is how long the run had to wait for the base image alone."""

    installation: airflow.Installation
    arm: Arm
    follower: Follower
    base_image_s: float


@contextlib.contextmanager
def raise_site(request: DemoRequest, watcher: Watcher) -> Iterator[Site]:
    """Start everything, wait until all of it is ready, and close the clients at the end.

    The processes are not stopped here; they are written down in the work folder as soon as they exist.
    """
    work, template = request.work, request.template
    environment = {**without_bytecode_ban(os.environ), MARK: work.mark}
    watcher.note("starting the emulator and Airflow")
    emulator = start_emulator(work, template.subscription_id, request.cache, environment)
    base_image = start_base_image(work, request.cache, environment)
    work.remember([emulator, base_image])
    installation = _install(request, environment)
    connection = wait_for_connection(emulator, work.emulator)
    settings = airflow.build_environment(installation, connection.as_airflow_connection(), environment)
    children = [emulator, *airflow.start_components(settings, work.logs)]
    work.remember([*children, base_image])
    with Arm(connection.account()) as arm:
        for definition in template.definitions:
            azure.ensure_definition(arm, definition, template.location)
        watcher.note(f"the emulator answers at {connection.endpoint}; its gallery is ready")
        with _follower(request, installation, children, watcher) as follower:
            watcher.note(f"Airflow is up: {installation.login_line}")
            began = time.monotonic()
            wait_for_base_image(base_image, watcher.note)
            yield Site(installation, arm, follower, time.monotonic() - began)


def _install(request: DemoRequest, environment: Mapping[str, str]) -> airflow.Installation:
    """Make the home and the database of the demo's Airflow."""
    work = request.work
    dags_folder = request.template.dags_folder(work)
    installation = airflow.Installation(work.airflow, dags_folder, airflow.free_port())
    installation.write()
    settings = airflow.build_environment(installation, {}, environment)
    airflow.create_database(settings, work.logs / "database.log")
    return installation


@contextlib.contextmanager
def _follower(
    request: DemoRequest, installation: airflow.Installation, children: Sequence[Child], watcher: Watcher
) -> Iterator[Follower]:
    """Log in to Airflow once it answers, and wait for the DAG."""
    _wait_for_api(installation, children)
    template = request.template
    order = [task_id for task_id, _ in stages(template.plan)]
    with rest.connect(installation.url, airflow.USERNAME, installation.password) as api:
        follower = Follower(api, template.dag_id, installation.home / "logs", watcher, order, children)
        follower.wait_for_dag()
        yield follower


def _wait_for_api(installation: airflow.Installation, children: Sequence[Child]) -> None:
    deadline = time.monotonic() + airflow.READY_TIMEOUT_S
    while not rest.is_up(installation.url):
        for child in children:
            child.check()
        if time.monotonic() > deadline:
            raise CommandError(
                f"Airflow's API does not answer after {airflow.READY_TIMEOUT_S} s; see its logs"
            )
        time.sleep(LOOK_EVERY_S)
