"""The demo from beginning to end: one run of one template, the image proved and on disk, all stopped."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aib_airflow.azure.client import Arm
from aib_airflow.azure.errors import AzureError
from aib_airflow.azure.gallery import DefinitionId
from aib_airflow.cli.demo import azure
from aib_airflow.cli.demo.airflow import Installation
from aib_airflow.cli.demo.progress import Watcher
from aib_airflow.cli.demo.rest import AirflowApi
from aib_airflow.cli.demo.result import DemoResult
from aib_airflow.cli.demo.site import DemoRequest, Site, raise_site
from aib_airflow.cli.demo.work import WorkFolder
from aib_airflow.cli.errors import CommandError
from aib_airflow.cli.export import export_vhd


class RunFailedError(CommandError):
    """The DAG run failed, or its image is not there; Airflow still runs and can be asked why."""


def build_image(request: DemoRequest, watcher: Watcher) -> tuple[DemoResult, Installation]:
    """Build the image; return the result and the Airflow that built it, which runs on only with `keep`."""
    began = time.monotonic()
    with _stopped_after(request.work, keep=request.keep), raise_site(request, watcher) as site:
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


def _build(request: DemoRequest, site: Site, watcher: Watcher, began: float) -> DemoResult:
    """Run the DAG, and prove that the image is there."""
    try:
        run_id = site.follower.run(request.conf)
        published = _published(site.follower.api, request.template.dag_id, run_id)
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
        base_image_s=site.base_image_s,
        total_s=time.monotonic() - began,
    )


def _published(api: AirflowApi, dag_id: str, run_id: str) -> dict[str, Any]:
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
