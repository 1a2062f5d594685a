"""Stage `reserve`: the build's names and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowFailException

from aib_airflow.operators.base import BuildOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from aib_airflow.plan import BuildPlan


class ReserveBuildOperator(BuildOperator):
    """Decide what this build's resources are called.

    Asks no cloud, so that it cannot fail half-way: Airflow runs the teardown only if its setup succeeded.
    """

    def execute(self, context: Context) -> dict[str, str]:
        """Return the names for people; the stages derive them from the run themselves."""
        build = self.build(context)
        _refuse_unsupported(build.plan)
        _refuse_unknown(build.plan)
        _refuse_other_tasks(build.plan, self.plan)
        self.log.info("Build %s in resource group %s", build.names.build_id, build.names.resource_group)
        return {
            "build_id": build.names.build_id,
            "resource_group": build.names.resource_group,
            "deadline": build.deadline.isoformat(),
        }


def _refuse_unsupported(plan: BuildPlan) -> None:
    """Fail before anything is made, rather than build an image that lacks what was asked for."""
    if plan.unsupported:
        raise AirflowFailException("\n".join(map(str, plan.unsupported)))


def _refuse_unknown(plan: BuildPlan) -> None:
    """Fail if a value is still not known, such as a secret that a form must not hold."""
    needs = sorted(need for need in plan.template.needs if need.kind != "azure")
    if needs:
        names = ", ".join(f"{need.kind} '{need.name}'" for need in needs)
        raise AirflowFailException(
            f"{plan.template.path.name}: no value for {names}; give it in a parameters file or the pipeline file"
        )


def _refuse_other_tasks(plan: BuildPlan, parsed: BuildPlan) -> None:
    """Fail if the run's parameters ask for other tasks than the DAG has, which would be left out."""
    if plan.tasks != parsed.tasks:
        odd = ", ".join(sorted(set(plan.tasks) ^ set(parsed.tasks))) or "their order"
        raise AirflowFailException(
            f"{plan.template.path.name}: this run's parameters make other tasks than the DAG has: {odd}; set them "
            "in a parameters file or the pipeline file instead of the trigger form"
        )
