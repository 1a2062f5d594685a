"""Deployment templates: their parameters, and which resources they deploy."""

from __future__ import annotations

from typing import Any

import pytest

from aib_airflow.arm_template import (
    ArmTemplateError,
    DeployedResource,
    Deployment,
    DeploymentScope,
    Unknown,
    read_parameters,
)

SCOPE = DeploymentScope(subscription_id="s1", resource_group="rg1", location="westus2")


def deploy(document: dict[str, Any], **values: Any) -> Deployment:
    return Deployment(document, values, SCOPE)


def resources(document: dict[str, Any], wanted: str = "ns/thing", **values: Any) -> list[DeployedResource]:
    return list(deploy(document, **values).resources(lambda kind: kind == wanted))


def faults(document: dict[str, Any], **values: Any) -> list[str]:
    with pytest.raises(ArmTemplateError) as raised:
        deploy(document, **values)
    return [fault.message for fault in raised.value.faults]


def thing(**fields: Any) -> dict[str, Any]:
    return {"type": "Ns/Thing", "name": "web", **fields}


@pytest.mark.parametrize(
    ("declaration", "value", "complaint"),
    [
        ({"type": "int"}, "1", "is of type int, but its value is a text"),
        ({"type": "int"}, True, "is of type int, but its value is a boolean"),
        ({"type": "string", "allowedValues": ["a", "b"]}, "c", "'c', which is not one of a, b"),
        ({"type": "array", "allowedValues": ["a", "b"]}, ["a", "c"], "which is not one of a, b"),
        ({"type": "int", "minValue": 2}, 1, "needs a value of at least 2"),
        ({"type": "int", "maxValue": 2}, 3, "needs a value of at most 2"),
        ({"type": "string", "minLength": 3}, "ab", "needs a length of at least 3"),
        ({"type": "array", "maxLength": 1}, [1, 2], "needs a length of at most 1"),
        ({"type": "strin"}, "a", "needs a type: string, int"),
        ({"$ref": "#/definitions/nothing"}, "a", "refers to '#/definitions/nothing', which is not defined"),
        ({"$ref": "#/definitions/step"}, {"kind": "Shell"}, "has no property 'inline'"),
        (
            {"$ref": "#/definitions/step"},
            {"kind": "Sh", "inline": ["a"]},
            "is wrong in .kind: it has the value 'Sh'",
        ),
        (
            {"$ref": "#/definitions/step"},
            {"kind": "Shell", "inline": [1]},
            "is wrong in .inline: it is wrong in [0]",
        ),
        ("string", "a", "must be declared by an object, not a text"),
    ],
)
def test_a_wrong_value_or_declaration_is_named(declaration: Any, value: Any, complaint: str) -> None:
    """Types are ARM's, in any case, user-defined ones too, and are never converted."""
    step = {
        "type": "object",
        "properties": {
            "kind": {"type": "string", "allowedValues": ["Shell", "File"]},
            "inline": {"type": "array", "items": {"type": "string"}},
            "note": {"type": "string", "nullable": True},
        },
    }
    (fault,) = faults({"parameters": {"p": declaration}, "definitions": {"step": step}}, p=value)
    assert complaint in fault


def test_a_secret_is_not_shown() -> None:
    """A complaint about a secureString does not repeat it."""
    (fault,) = faults({"parameters": {"p": {"type": "secureString", "allowedValues": ["a"]}}}, p="hunter2")
    assert "hunter2" not in fault


def test_an_unknown_parameter_is_refused_with_a_guess() -> None:
    """A value nobody reads is a spelling error."""
    declared = {"parameters": {"galleryName": {"type": "string", "defaultValue": "x"}}}
    with pytest.raises(ArmTemplateError) as raised:
        deploy(declared, galeryName="y")
    (fault,) = raised.value.faults
    assert (fault.message, fault.fix) == (
        "no parameter 'galeryName' is declared",
        "did you mean 'galleryName'?",
    )


def test_a_declaration_carries_what_a_form_needs() -> None:
    """Defaults are evaluated; a given value takes the default's place; one only a run knows stays out."""
    document = {
        "parameters": {
            "name": {"type": "String", "defaultValue": "web", "metadata": {"description": "Which?"}},
            "key": {"type": "secureString", "defaultValue": "[concat(parameters('name'), '!')]"},
            "when": {"type": "string", "defaultValue": "[utcNow()]"},
            "tier": {"type": "string", "nullable": True},
        }
    }
    name, key, when, tier = deploy(document, NAME="api").parameters
    assert (name.name, name.type, name.default, name.description) == ("name", "string", "api", "Which?")
    assert (key.type, key.secure, key.default) == ("string", True, "api!")
    assert (when.default, when.required) == (None, False)
    assert (tier.default, tier.required) == (None, False)


def test_every_fault_of_a_resource_is_reported_at_its_place() -> None:
    """Evaluation goes on after the first wrong expression; the wrong value is unknown."""
    (found,) = resources(
        {"resources": [thing(name="[nope()]", properties={"list": ["fine", "[take('a')]"]})]}
    )
    assert [fault.path for fault in found.faults] == [
        ("resources", 0, "name"),
        ("resources", 0, "properties", "list", 1),
    ]
    assert found.fields["properties"]["list"] == ["fine", Unknown("[take('a')]")]


def test_a_fault_in_a_variable_is_told_once_and_where_it_is() -> None:
    """The text to mend is the variable's, however often it is used."""
    document = {
        "variables": {"bad": "[nope()]"},
        "resources": [thing(properties={"a": "[variables('bad')]", "b": "[variables('bad')]"})],
    }
    (found,) = resources(document)
    assert [fault.path for fault in found.faults] == [("variables", "bad")]


def test_a_resource_loop_makes_copies() -> None:
    """Each with its own index, in its fields and in loops inside it."""
    document = {
        "resources": [
            thing(
                name="[format('web{0}', copyIndex(1))]",
                copy={"name": "all", "count": "[length(createArray('x', 'y'))]"},
                properties={
                    "copy": [
                        {
                            "name": "steps",
                            "count": 2,
                            "input": "[concat(copyIndex('all'), copyIndex('steps'))]",
                        }
                    ],
                    "kept": True,
                },
            )
        ]
    }
    one, two = resources(document)
    assert [(each.name, each.copy_index) for each in (one, two)] == [("web1", 0), ("web2", 1)]
    assert two.fields["properties"] == {"steps": ["10", "11"], "kept": True}


def test_a_loop_that_nobody_can_count_is_one_unknown_copy() -> None:
    """The DAG cannot be drawn, but what the copies look like is still checked."""
    document = {
        "parameters": {"names": {"type": "array"}},
        "resources": [thing(copy={"name": "c", "count": "[length(parameters('names'))]"}, bad="[nope()]")],
    }
    (found,) = resources(document)
    assert isinstance(found.deployed, Unknown)
    assert "no function nope()" in found.faults[0].message


@pytest.mark.parametrize("count", [-1, 801, "two", True])
def test_a_wrong_count_is_a_fault(count: Any) -> None:
    """Azure's limit is 800."""
    (found,) = resources({"resources": [thing(copy={"name": "c", "count": count})]})
    assert "count" in found.faults[0].message


def test_a_condition_decides_and_what_is_left_out_is_not_evaluated() -> None:
    """As in Azure: a wrong expression in what is not deployed is no fault."""
    document = {
        "parameters": {"flag": {"type": "bool"}},
        "resources": [
            thing(condition=False, name="[nope()]"),
            thing(condition="[not(false())]"),
            thing(condition="[parameters('flag')]"),
        ],
    }
    left_out, deployed, unknown = resources(document)
    assert (left_out.deployed, left_out.fields, left_out.faults) == (False, {}, ())
    assert deployed.deployed is True
    assert isinstance(unknown.deployed, Unknown)


def test_children_have_the_whole_type_and_name() -> None:
    """Whether they stand inside their parent or beside it."""
    document = {"resources": [thing(resources=[{"type": "part", "name": "a"}])]}
    (found,) = resources(document, wanted="ns/thing/part")
    assert (found.type, found.name) == ("Ns/Thing/part", "web/a")
    assert found.path == ("resources", 0, "resources", 0)


def test_language_version_two_names_its_resources() -> None:
    """Resources are an object; an existing one is not deployed."""
    document = {"languageVersion": "2.0", "resources": {"one": thing(), "two": thing(existing=True)}}
    (found,) = resources(document)
    assert found.path == ("resources", "one")


@pytest.mark.parametrize(
    ("document", "values"),
    [
        ({"$schema": "x", "contentVersion": "1.0.0.0", "parameters": {"a": {"value": 1}}}, {"a": 1}),
        ({"parameters": {"a": {"value": None}}}, {"a": None}),
        ({"a": {"value": [1]}}, {"a": [1]}),
        ({"a": 1, "b": "x", "contentVersion": "1.0"}, {"a": 1, "b": "x"}),
    ],
)
def test_a_parameters_file_is_read_in_each_of_its_forms(document: Any, values: dict[str, Any]) -> None:
    """Azure's own, the command line's, and plain names with values."""
    assert read_parameters(document) == (values, ())


def test_a_secret_of_a_key_vault_waits_for_azure() -> None:
    """Nobody reads it here."""
    document = {"parameters": {"key": {"reference": {"keyVault": {"id": "/x"}, "secretName": "admin"}}}}
    values, _ = read_parameters(document)
    assert [need.name for need in values["key"].needs] == ["the Key Vault secret 'admin'"]


def test_a_wrong_parameters_file_says_where() -> None:
    """An entry without a value is the usual mistake."""
    _, (fault,) = read_parameters({"parameters": {"a": 1}})
    assert (fault.path, fault.fix) == (("parameters", "a"), 'write {"value": ...}')
