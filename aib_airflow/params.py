"""The trigger form: what a run may say differently from the template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import Param

if TYPE_CHECKING:
    from aib_airflow.arm_template import ParameterDeclaration
    from aib_airflow.plan import BuildPlan

REGIONS = "regions"
DRY_RUN = "dry_run"
KEEP_ON_FAILURE = "keep_on_failure"
_OWN = frozenset((REGIONS, DRY_RUN, KEEP_ON_FAILURE))

# ARM's parameter types, as JSON Schema's.
_JSON_TYPES = {"string": "string", "int": "integer", "bool": "boolean", "object": "object", "array": "array"}


def form_name(parameter: str) -> str:
    """Return what the form calls a template parameter; our own params keep their names."""
    return f"template_{parameter}" if parameter in _OWN else parameter


def declare(plan: BuildPlan) -> dict[str, Param]:
    """Return the form of a plan: its template's parameters, then our own.

    A secure parameter has no field: what a form says is stored in clear with the run.
    """
    fields = {form_name(p.name): _template_param(p) for p in plan.parameters if not p.secure}
    return fields | _own_params(plan)


def template_values(plan: BuildPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the template parameters to which a run gives another value than the plan has."""
    given = {p.name: params.get(form_name(p.name), p.default) for p in plan.parameters}
    return {p.name: given[p.name] for p in plan.parameters if given[p.name] != p.default}


def _template_param(parameter: ParameterDeclaration) -> Param:
    schema: dict[str, Any] = {
        "type": _JSON_TYPES[parameter.type],
        "title": parameter.name,
        "section": "Template parameters",
    }
    if parameter.allowed_values:
        schema["enum"] = list(parameter.allowed_values)
    return Param(parameter.default, description=parameter.description, **schema)


def _own_params(plan: BuildPlan) -> dict[str, Param]:
    regions = sorted({region.region for step in plan.distributions for region in step.regions})
    return {
        REGIONS: Param(
            regions,
            type="array",
            items={"type": "string", "enum": regions},
            examples=regions,  # makes Airflow's form offer them for choosing
            minItems=1,
            uniqueItems=True,
            title="Regions",
            description="Distribute to these of the template's regions.",
        ),
        DRY_RUN: Param(
            default=False, type="boolean", title="Dry run", description="Check everything, make nothing."
        ),
        KEEP_ON_FAILURE: Param(
            default=False,
            type="boolean",
            title="Keep on failure",
            description="Keep the machine of a failed build, and say how to log in.",
        ),
    }
