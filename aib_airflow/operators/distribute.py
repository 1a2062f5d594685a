"""Stage `distribute.*`: one image version out of the snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aib_airflow.azure import gallery
from aib_airflow.azure.errors import InvalidError
from aib_airflow.links.portal import AzurePortalLink
from aib_airflow.operators.base import ArmOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from aib_airflow.azure.client import Arm
    from aib_airflow.azure.operation import Operation
    from aib_airflow.build import Build
    from aib_airflow.plan import DistributionStep


class DistributeSharedImageOperator(ArmOperator):
    """Publish the snapshot as a gallery image version with all its target regions.

    A version is one resource with a list of regions, and two writers at once conflict: this task writes,
    the `regions.*` tasks watch. Until `publish`, no `latest` means it.

    :param run_output: the distributor's runOutputName
    """

    operator_extra_links = (AzurePortalLink(),)
    rounds = ("begin_version",)

    def __init__(self, *, run_output: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.run_output = run_output

    def begin_version(self, arm: Arm, build: Build, context: Context) -> list[Operation | None]:
        """Start the version, or adopt the one that an earlier attempt of this run started."""
        prepared = self.pull(context, "prepare")["distributions"][self.run_output]
        step = _step(build, self.run_output)
        definition = gallery.DefinitionId.parse(prepared["definition_id"])
        tags = {
            **step.artifact_tags,
            **{key: value for key, value in build.tags.items() if key != "aib-expires"},
            "aib-source": self.pull(context, "prepare")["source_version"],
        }
        _refuse_foreign(gallery.get_version_tags(arm, definition, prepared["version"]), build, prepared)
        spec = gallery.VersionSpec(
            definition=definition,
            version=prepared["version"],
            location=prepared["location"],
            source_id=self.pull(context, "capture")["snapshot_id"],
            regions=_target_regions(step, build),
            exclude_from_latest=True,
        )
        version_id = definition.version_id(prepared["version"])
        AzurePortalLink.persist(context, arm.account, version_id)
        self.log.info("Image version %s", version_id)
        return [gallery.create_version(arm, spec, tags)]

    def finish(self, arm: Arm, build: Build, context: Context) -> dict[str, Any]:
        """Return the version's id and regions."""
        prepared = self.pull(context, "prepare")["distributions"][self.run_output]
        definition = gallery.DefinitionId.parse(prepared["definition_id"])
        step = _step(build, self.run_output)
        return {
            "run_output": self.run_output,
            "id": definition.version_id(prepared["version"]),
            "version": prepared["version"],
            "regions": [region["name"] for region in _target_regions(step, build)],
        }


def _step(build: Build, run_output: str) -> DistributionStep:
    return next(step for step in build.plan.distributions if step.run_output == run_output)


def _target_regions(step: DistributionStep, build: Build) -> list[dict[str, Any]]:
    return [
        {
            "name": region.region,
            "regionalReplicaCount": region.replica_count,
            "storageAccountType": region.storage_account_type,
        }
        for region in step.regions
        if build.regions is None or region.region in build.regions
    ]


def _refuse_foreign(tags: dict[str, str] | None, build: Build, prepared: dict[str, Any]) -> None:
    if tags is not None and tags.get("aib-run") != build.tags["aib-run"]:
        raise InvalidError(
            f"image version {prepared['definition_id']}/versions/{prepared['version']} exists and is not this "
            "run's: clear `prepare` to choose another number"
        )
