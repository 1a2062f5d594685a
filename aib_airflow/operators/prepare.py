"""Stage `prepare`: all that only the cloud knows, asked before anything is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowSkipException

from aib_airflow.azure import gallery
from aib_airflow.azure.errors import InvalidError
from aib_airflow.azure.size import choose_size
from aib_airflow.azure.source import ResolvedSource, resolve_gallery, resolve_marketplace
from aib_airflow.operators.base import BuildOperator
from aib_airflow.plan import DEFAULT_VM_SIZES, VersionError, next_version
from aib_airflow.template.sources import PlatformImageSource, SharedImageVersionSource

if TYPE_CHECKING:
    from airflow.sdk import Context

    from aib_airflow.azure.client import Arm
    from aib_airflow.plan import BuildPlan, DistributionStep


class PrepareBuildOperator(BuildOperator):
    """Resolve the source's exact version, the next image versions and a VM size; check that they fit."""

    def execute(self, context: Context) -> dict[str, Any]:
        """Return what the build will use. A dry run ends here, as skipped."""
        build = self.build(context)
        plan = build.plan
        with self.arm() as arm:
            source = _resolve_source(arm, plan)
            sizes = plan.vm_sizes or (DEFAULT_VM_SIZES[source.generation],)
            prepared = {
                "image_reference": dict(source.reference),
                "source_version": source.version,
                "vm_size": choose_size(arm, plan.location, sizes),
                "distributions": {
                    step.run_output: _distribution(arm, step, source) for step in plan.distributions
                },
            }
        for name, value in prepared.items():
            self.log.info("%s: %s", name, value)
        if build.dry_run:
            raise AirflowSkipException("dry run: everything checked, nothing made")
        return prepared


def _resolve_source(arm: Arm, plan: BuildPlan) -> ResolvedSource:
    source = plan.template.source
    if isinstance(source, SharedImageVersionSource):
        return resolve_gallery(arm, source.image_version_id)
    if isinstance(source, PlatformImageSource):
        return resolve_marketplace(
            arm,
            plan.location,
            publisher=source.publisher,
            offer=source.offer,
            sku=source.sku,
            version=source.version,
        )
    raise InvalidError(f"source {source.type} is not built by this version yet")


def _distribution(arm: Arm, step: DistributionStep, source: ResolvedSource) -> dict[str, str]:
    """Choose the version's number and place; check that the source fits its definition."""
    definition_id = gallery.DefinitionId.parse(step.gallery_image.id)
    if definition_id.subscription_id.lower() != arm.account.subscription_id.lower():
        raise InvalidError(
            f"distributor {step.run_output!r}: its gallery is in subscription {definition_id.subscription_id}, "
            f"the connection's is {arm.account.subscription_id}: they must be the same in this version"
        )
    definition = gallery.get_definition(arm, definition_id)
    _check_fit(step.run_output, definition, source)
    try:
        version = next_version(gallery.list_versions(arm, definition_id), step.version_rule)
    except VersionError as error:
        raise InvalidError(f"distributor {step.run_output!r}: {error}") from error
    return {"definition_id": str(definition_id), "version": version, "location": definition.location}


def _check_fit(run_output: str, definition: gallery.Definition, source: ResolvedSource) -> None:
    for what, wanted, given in (
        ("OS type", definition.os_type, source.os_type),
        ("generation", definition.generation, source.generation),
        ("architecture", definition.architecture, source.architecture),
        ("OS state", definition.os_state, "Generalized"),
    ):
        if wanted.lower() != given.lower():
            raise InvalidError(
                f"distributor {run_output!r}: its image definition wants {what} {wanted}, the source gives "
                f"{given}: use another definition or another source"
            )
