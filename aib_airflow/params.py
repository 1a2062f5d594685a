"""The trigger form: what a run may say differently from the template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import Param

from aib_airflow.plan import ASKED_OF_THE_FORM

if TYPE_CHECKING:
    from aib_airflow.arm_template import ParameterDeclaration
    from aib_airflow.plan import BuildPlan

REGIONS = "regions"
DRY_RUN = "dry_run"
KEEP_ON_FAILURE = "keep_on_failure"
_SCOPE = {f"deployment_{name}": name for name in ASKED_OF_THE_FORM}
_OWN = frozenset((REGIONS, DRY_RUN, KEEP_ON_FAILURE, *_SCOPE))

_SCOPE_DESCRIPTIONS = {
    "location": "The region that the template's resourceGroup().location means.",
    "resource_group": "The group that the template's resourceGroup() means.",
}

# ARM's parameter types, as JSON Schema's.
_JSON_TYPES = {"string": "string", "int": "integer", "bool": "boolean", "object": "object", "array": "array"}


def form_name(parameter: str) -> str:
    """Return what the form calls a template parameter; our own params keep their names."""
    return f"template_{parameter}" if parameter in _OWN else parameter


def declare(plan: BuildPlan) -> dict[str, Param]:
    """Return the form of a plan: its template's parameters, what its deployment would know, then our own.

    A field without a value must be filled in. A secure parameter has no field: what a form says is stored in
    clear with the run.
    """
    needed = {need.name for need in plan.template.needs if need.kind == "parameter"}
    fields = {
        form_name(p.name): _template_param(p, p.name in needed) for p in plan.parameters if not p.secure
    }
    return fields | _scope_params(plan) | _own_params(plan)


def scope_values(params: Mapping[str, Any]) -> dict[str, str]:
    """Return what a run's form says of the deployment, under the names of DeploymentScope."""
    return {name: str(params[field]) for field, name in _SCOPE.items() if params.get(field)}


def template_values(plan: BuildPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the template parameters to which a run gives another value than the plan has."""
    given = {p.name: params.get(form_name(p.name), p.default) for p in plan.parameters}
    return {p.name: given[p.name] for p in plan.parameters if given[p.name] != p.default}


def _template_param(parameter: ParameterDeclaration, needed: bool) -> Param:  # noqa: FBT001 - private
    schema: dict[str, Any] = {
        "type": _JSON_TYPES[parameter.type],
        "title": parameter.name,
        "section": "Template parameters",
    }
    if parameter.allowed_values:
        schema["enum"] = list(parameter.allowed_values)
    if needed:  # no value: Airflow does not start a run before somebody gives one
        return Param(description=parameter.description, **schema)
    if parameter.default is None:
        schema["type"] = ["null", schema["type"]]
    return Param(parameter.default, description=parameter.description, **schema)


def _scope_params(plan: BuildPlan) -> dict[str, Param]:
    needed = {need.name for need in plan.template.needs if need.kind == "scope"}
    return {
        field: Param(
            type="string",
            minLength=1,
            title=name.replace("_", " ").capitalize(),
            description=_SCOPE_DESCRIPTIONS[name],
            section="Deployment",
        )
        for field, name in _SCOPE.items()
        if name in needed
    }


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
