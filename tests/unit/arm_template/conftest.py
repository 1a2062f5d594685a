"""How the tests of the language ask what a text is worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aib_airflow.arm_template import ArmFault, ArmTemplateError, Deployment, DeploymentScope

SCOPE = DeploymentScope(
    subscription_id="s1", resource_group="rg1", location="westus2", tenant_id="t1", deployment_name="main"
)

Evaluate = Callable[..., Any]


def _evaluate(
    text: Any, *, scope: DeploymentScope = SCOPE, values: dict[str, Any] | None = None, **document: Any
) -> Any:
    outputs = {"worth": {"type": "string", "value": text}}
    return Deployment({**document, "outputs": outputs}, values or {}, scope).outputs()["worth"]


@pytest.fixture(scope="session")
def evaluate() -> Evaluate:
    """Return what a value is worth in a deployment with these `parameters`, `variables` ..."""
    return _evaluate


@pytest.fixture(scope="session")
def complaint() -> Evaluate:
    """Return the one fault of a value in a deployment with these `parameters`, `variables` ..."""

    def complain(text: Any, **document: Any) -> ArmFault:
        with pytest.raises(ArmTemplateError) as raised:
            _evaluate(text, **document)
        (fault,) = raised.value.faults
        return fault

    return complain


@pytest.fixture(scope="session")
def needed() -> Evaluate:
    """Return what a value waits for, as texts."""

    def need(text: Any, **document: Any) -> list[str]:
        return [f"{need.kind} {need.name}" for need in sorted(_evaluate(text, **document).needs)]

    return need
