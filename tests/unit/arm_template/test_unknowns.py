"""What nobody knows yet travels through evaluation, and says what it waits for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from aib_airflow.arm_template import Deployment, DeploymentScope, Need, Unknown

NOWHERE = DeploymentScope()
RUN = DeploymentScope(started=datetime(2026, 11, 22, 9, 5, 7, tzinfo=UTC), seed="run-1")
DOCUMENT = {
    "parameters": {
        "name": {"type": "string"},
        "list": {"type": "array"},
        "flag": {"type": "bool"},
        "derived": {"type": "string", "defaultValue": "[concat(parameters('name'), '-x')]"},
    }
}

WAITING = [
    ("[parameters('name')]", ["parameter name"]),
    ("[parameters('derived')]", ["parameter name"]),
    ("[concat(parameters('name'), '-', resourceGroup().location)]", ["parameter name", "scope location"]),
    ("[resourceGroup().id]", ["scope resource_group", "scope subscription_id"]),
    ("[resourceId('Microsoft.Compute/images', parameters('name'))]",
     ["parameter name", "scope resource_group", "scope subscription_id"]),
    ("[utcNow()]", ["run utcNow()"]),
    ("[newGuid()]", ["run newGuid()"]),
    ("[reference('x').location]", ["azure reference('x')"]),
    ("[listKeys('x', '2020-01-01').keys[0].value]", ["azure listKeys('x', '2020-01-01')"]),
    ("[subscription().displayName]", ["azure subscription().displayName"]),
    ("[if(parameters('flag'), 'a', resourceGroup().location)]", ["parameter flag", "scope location"]),
    ("[and(true(), parameters('flag'))]", ["parameter flag"]),
    ("[contains(createArray(parameters('name')), 'a')]", ["parameter name"]),
    ("[length(parameters('list'))]", ["parameter list"]),
    ("[map(parameters('list'), lambda('x', 1))]", ["parameter list"]),
    ("[filter(createArray(parameters('name')), lambda('x', equals(lambdaVariables('x'), 'a')))]", ["parameter name"]),
    ("[string(createObject('a', parameters('name')))]", ["parameter name"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "needs"), WAITING)
def test_an_unknown_says_what_it_waits_for(needed: Any, text: str, needs: list[str]) -> None:
    """All of it, so that a form asks once."""
    assert needed(text, scope=NOWHERE, **DOCUMENT) == needs


KNOWN = [
    ("[if(true(), 'a', parameters('name'))]", "a"),
    ("[and(parameters('flag'), false())]", False),
    ("[or(parameters('flag'), true())]", True),
    ("[coalesce('a', parameters('name'))]", "a"),
    ("[length(createArray(parameters('name'), 1))]", 2),
    ("[last(createArray(parameters('name'), 1))]", 1),
    ("[createObject('a', parameters('name'), 'b', 2).b]", 2),
    ("[contains(createArray(parameters('name'), 'a'), 'a')]", True),
    ("[empty(createObject('a', parameters('name')))]", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "worth"), KNOWN)
def test_what_does_not_depend_on_an_unknown_is_known(evaluate: Any, text: str, worth: Any) -> None:
    """Most of a template says the same whatever its parameters are."""
    assert evaluate(text, scope=NOWHERE, **DOCUMENT) == worth


def test_unknowns_stay_where_they_are_in_a_value(evaluate: Any) -> None:
    """A list keeps its known items, and an unknown item its author's text."""
    text = "[union(createArray('a', parameters('name')), createArray('a', 'b'))]"
    first, unknown, last = evaluate(text, scope=NOWHERE, **DOCUMENT)
    assert (first, last) == ("a", "b")
    assert unknown == Unknown("[parameters('name')]", frozenset((Need("parameter", "name"),)))


def test_missing_parameters_are_named_and_no_fault() -> None:
    """All at once, in the order of the template."""
    deployment = Deployment(DOCUMENT, {"flag": True}, NOWHERE)
    assert deployment.missing == ("name", "list")
    assert [each.name for each in deployment.parameters if each.required] == ["name", "list", "flag"]


def test_a_run_makes_its_time_and_its_guids_known(evaluate: Any) -> None:
    """And the same when it asks again: a retried task finds the names of its first try."""
    assert evaluate("[utcNow()]", scope=RUN) == "20261122T090507Z"
    assert evaluate("[utcNow('yyyy-MM-dd')]", scope=RUN) == "2026-11-22"
    assert evaluate("[newGuid()]", scope=RUN) == evaluate("[newGuid()]", scope=RUN)
    one, other = evaluate(["[newGuid()]", "[newGuid()]"], scope=RUN)
    assert one != other


def test_a_wrong_expression_is_a_fault_whatever_is_unknown(complaint: Any) -> None:
    """The author mends it before anybody fills in the form."""
    assert "no function nope()" in complaint("[nope(parameters('name'))]", **DOCUMENT).message
