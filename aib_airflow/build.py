"""One build: a plan, and what its run decides (parameters, names, times)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aib_airflow import params
from aib_airflow.azure.network import NetworkSpec
from aib_airflow.machine import secret_name
from aib_airflow.plan import BuildNames, BuildPlan, tags, with_parameters

if TYPE_CHECKING:
    from airflow.sdk import Context

    from aib_airflow.arm_template import DeploymentScope
    from aib_airflow.azure.credentials import Account

# How long a build's leftovers may stay after its deadline before a sweep deletes them.
GRACE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Build:
    """What every stage of one run agrees on without asking another: all of it follows from the run."""

    plan: BuildPlan
    names: BuildNames
    run_id: str
    started: datetime
    keep_on_failure: bool
    dry_run: bool
    regions: frozenset[str] | None

    @classmethod
    def of(cls, plan: BuildPlan, context: Context, account: Callable[[], Account]) -> Build:
        """Derive the build from a task's context. Raises TemplateError when a parameter does not fit.

        `account` is asked only if the template wants to know its subscription or tenant.
        """
        run, values = context["dag_run"], context["params"]
        regions = values.get(params.REGIONS)
        changed = params.template_values(plan, values)
        started = run.start_date or run.run_after
        if changed or plan.template.needs:
            scope = _scope(plan, run.run_id, started, values, account)
            plan = with_parameters(plan, changed, scope)
        return cls(
            plan=plan,
            names=BuildNames.derive(plan.image, run.run_id),
            run_id=run.run_id,
            started=started,
            keep_on_failure=bool(values.get(params.KEEP_ON_FAILURE)),
            dry_run=bool(values.get(params.DRY_RUN)),
            regions=None if regions is None else frozenset(regions),
        )

    @property
    def deadline(self) -> datetime:
        """The time by which `buildTimeoutInMinutes` wants the build to be over."""
        return self.started + timedelta(seconds=self.plan.build_timeout_s)

    @property
    def tags(self) -> dict[str, str]:
        """The tags that say whose a resource is, and when a sweep may delete it."""
        return tags(
            image=self.plan.image,
            run_id=self.run_id,
            digest=self.plan.digest,
            expires=self.deadline + GRACE,
        )

    @property
    def network(self) -> NetworkSpec:
        """The build's network."""
        names = self.names
        return NetworkSpec(
            group=names.resource_group,
            location=self.plan.location,
            tags={**self.plan.resource_tags, **self.tags},
            nsg=names.nsg,
            vnet=names.vnet,
            subnet=names.subnet,
            public_ip=names.public_ip,
            nic=names.nic,
        )

    @property
    def secret(self) -> str:
        """The name of the variable that holds the build's keys."""
        return secret_name(self.names.build_id)

    def vm_id(self, subscription_id: str) -> str:
        """Return the ARM id of the build machine."""
        return (
            f"/subscriptions/{subscription_id}/resourceGroups/{self.names.resource_group}"
            f"/providers/Microsoft.Compute/virtualMachines/{self.names.vm}"
        )


def _scope(
    plan: BuildPlan,
    run_id: str,
    started: datetime,
    values: Mapping[str, Any],
    account: Callable[[], Account],
) -> DeploymentScope:
    """Complete what the template knows of its deployment by what the run, its form and the connection know."""
    wanted = {need.name for need in plan.template.needs if need.kind == "scope"}
    known = params.scope_values(values)
    if wanted & {"subscription_id", "tenant_id"}:
        connection = account()
        known |= {"subscription_id": connection.subscription_id, "tenant_id": connection.tenant_id or ""}
    given = {name: known[name] for name in wanted if known.get(name)}
    return dataclasses.replace(plan.template.origin.scope, started=started, seed=run_id, **given)
