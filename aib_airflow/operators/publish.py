"""Stage `publish`: the version becomes one that `latest` may mean, and an event that others can wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aib_airflow.azure import gallery
from aib_airflow.operators.base import ArmOperator
from aib_airflow.operators.generalize import PACKAGES_KEY

if TYPE_CHECKING:
    from airflow.sdk import Asset, Context

    from aib_airflow.azure.client import Arm
    from aib_airflow.azure.operation import Operation
    from aib_airflow.build import Build


class PublishImageOperator(ArmOperator):
    """Include the finished versions in `latest` and emit the image's asset event."""

    ui_color = "#dff3f1"
    rounds = ("begin_include",)

    def begin_include(self, arm: Arm, build: Build, context: Context) -> list[Operation | None]:
        """Start the change, unless the template wants the version kept out of `latest`."""
        return [
            gallery.include_in_latest(arm, gallery.DefinitionId.parse(version["id"]), version["version"])
            for step, version in zip(build.plan.distributions, self._versions(build, context), strict=True)
            if not step.distributor.exclude_from_latest
        ]

    def finish(self, arm: Arm, build: Build, context: Context) -> dict[str, Any]:
        """Return the build's result."""
        versions = self._versions(build, context)
        source_version = self.pull(context, "prepare")["source_version"]
        packages = context["ti"].xcom_pull(task_ids="generalize", key=PACKAGES_KEY) or {}
        for outlet in self.outlets:
            self._announce(context, outlet, build, source_version)
        return {
            "build_id": build.names.build_id,
            "image_versions": versions,
            "source_version": source_version,
            "digest": build.plan.digest,
            "packages": packages,
        }

    def _announce(self, context: Context, asset: Asset, build: Build, source_version: str) -> None:
        first = self._versions(build, context)[0]
        context["outlet_events"][asset].extra = {
            "version": first["version"],
            "image_version_id": first["id"],
            "regions": first["regions"],
            "source": source_version,
            "digest": build.plan.digest,
            "build_id": build.names.build_id,
        }

    def _versions(self, build: Build, context: Context) -> list[dict[str, Any]]:
        return [self.pull(context, step.task_id) for step in build.plan.distributions]
