"""Templates inside templates, as Bicep's modules are compiled."""

from __future__ import annotations

from typing import Any

from aib_airflow.arm_template import DeployedResource, Deployment, DeploymentScope, Unknown

SCOPE = DeploymentScope(subscription_id="s1", resource_group="rg1", location="westus2")


def nested(
    template: dict[str, Any], name: str = "inner", scope: str = "inner", **fields: Any
) -> dict[str, Any]:
    properties = {
        "expressionEvaluationOptions": {"scope": scope},
        "mode": "Incremental",
        "template": template,
    }
    given = fields.pop("parameters", None)
    if given is not None:
        properties["parameters"] = given
    return {"type": "Microsoft.Resources/deployments", "name": name, "properties": properties, **fields}


def things(document: dict[str, Any], scope: DeploymentScope = SCOPE, **values: Any) -> list[DeployedResource]:
    return list(Deployment(document, values, scope).resources(lambda kind: kind == "ns/thing"))


def thing(**fields: Any) -> dict[str, Any]:
    return {"type": "Ns/Thing", "name": "web", **fields}


def test_an_inner_scope_has_names_of_its_own() -> None:
    """It is given values evaluated outside, and its own defaults fill the rest."""
    inner = {
        "parameters": {
            "who": {"type": "string"},
            "more": {"type": "string", "defaultValue": "[parameters('who')]"},
        },
        "resources": [thing(a="[parameters('who')]", b="[parameters('more')]", c="[deployment().name]")],
    }
    outer = {
        "parameters": {"name": {"type": "string", "defaultValue": "ann"}},
        "resources": [nested(inner, parameters={"who": {"value": "[toUpper(parameters('name'))]"}})],
    }
    (found,) = things(outer)
    assert (found.fields["a"], found.fields["b"], found.fields["c"]) == ("ANN", "ANN", "inner")
    assert found.path == ("resources", 0, "properties", "template", "resources", 0)


def test_an_outer_scope_has_the_names_around_it() -> None:
    """The default of hand-written templates: its own parameters mean nothing."""
    inner = {"parameters": {"who": {"type": "int"}}, "resources": [thing(a="[parameters('who')]")]}
    outer = {
        "parameters": {"who": {"type": "string", "defaultValue": "outer"}},
        "resources": [nested(inner, scope="Outer")],
    }
    assert things(outer)[0].fields["a"] == "outer"


def test_what_is_missing_outside_is_unknown_inside() -> None:
    """The outer parameter is what the form asks for."""
    inner = {"parameters": {"who": {"type": "string"}}, "resources": [thing(a="[parameters('who')]")]}
    outer = {
        "parameters": {"name": {"type": "string"}},
        "resources": [nested(inner, parameters={"who": {"value": "[parameters('name')]"}})],
    }
    (found,) = things(outer)
    assert [need.name for need in found.fields["a"].needs] == ["name"]


def test_a_missing_or_wrong_inner_parameter_is_a_fault_of_the_template() -> None:
    """No form can ask for it."""
    inner = {
        "parameters": {"who": {"type": "string"}, "count": {"type": "int"}},
        "resources": [thing(a="[parameters('who')]", b="[parameters('count')]")],
    }
    (found,) = things({"resources": [nested(inner, parameters={"count": {"value": "3"}, "x": {"value": 1}})]})
    messages = " ".join(fault.message for fault in found.faults)
    assert "the nested template's parameter 'who' is not given" in messages
    assert "parameter 'count' is of type int, but its value is a text" in messages
    assert "the nested template declares no parameter 'x'" in messages


def test_outputs_of_one_module_reach_another() -> None:
    """`reference()` of a deployment in the same template needs no Azure."""
    first = {
        "resources": [],
        "outputs": {"id": {"type": "string", "value": "[concat('/', deployment().name)]"}},
    }
    second = {"parameters": {"id": {"type": "string"}}, "resources": [thing(a="[parameters('id')]")]}
    by_id = "[reference(resourceId('Microsoft.Resources/deployments', 'one')).outputs.id.value]"
    outer = {
        "resources": [
            nested(first, name="one"),
            nested(second, name="two", parameters={"id": {"value": by_id}}),
        ]
    }
    assert things(outer, DeploymentScope())[0].fields["a"] == "/one"


def test_a_symbolic_name_is_referred_to_in_language_version_two() -> None:
    """And so is a module in a loop."""
    first = {"resources": [], "outputs": {"id": {"type": "string", "value": "[deployment().name]"}}}
    loop = nested(first, name="[format('m{0}', copyIndex())]", copy={"name": "all", "count": 2})
    outer = {
        "languageVersion": "2.0",
        "resources": {"all": loop, "use": thing(a="[reference('all[1]').outputs.id.value]")},
    }
    assert things(outer)[0].fields["a"] == "m1"


def test_what_azure_makes_is_named_by_what_asks_for_it() -> None:
    """A reference to any other resource waits for Azure."""
    (found,) = things({"resources": [thing(a="[reference('other').properties.x]")]})
    assert found.fields["a"] == Unknown("[reference('other').properties.x]", found.fields["a"].needs)
    assert [(need.kind, need.name) for need in found.fields["a"].needs] == [("azure", "reference('other')")]


def test_a_module_elsewhere_has_another_place() -> None:
    """Its resource ids are those of its own group, whose location nobody here knows."""
    inner = {"resources": [thing(a="[resourceId('Ns/thing', 'x')]", b="[resourceGroup().location]")]}
    (found,) = things({"resources": [nested(inner, resourceGroup="images")]})
    assert found.fields["a"].startswith("/subscriptions/s1/resourceGroups/images/")
    assert [need.kind for need in found.fields["b"].needs] == ["azure"]


def test_a_condition_around_a_module_is_one_of_its_resources() -> None:
    """What is not deployed deploys nothing."""
    inner = {"resources": [thing()]}
    assert things({"resources": [nested(inner, condition=False)]}) == []
    (found,) = things(
        {
            "parameters": {"flag": {"type": "bool"}},
            "resources": [nested(inner, condition="[parameters('flag')]")],
        }
    )
    assert isinstance(found.deployed, Unknown)


def test_a_linked_template_is_not_fetched() -> None:
    """Reading opens no network; what the link holds is not there."""
    linked = {
        "type": "Microsoft.Resources/deployments",
        "name": "x",
        "properties": {"templateLink": {"uri": "u"}},
    }
    assert things({"resources": [linked]}) == []
