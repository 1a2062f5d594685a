"""Deployment templates: parameters, and what of a resource is evaluated."""

from __future__ import annotations

from typing import Any

import pytest

from aib_airflow.arm_template import ArmTemplateError, Deployment, DeploymentScope


def deploy(document: dict[str, Any], **values: Any) -> Deployment:
    return Deployment(document, values, DeploymentScope())


def faults(document: dict[str, Any], **values: Any) -> list[str]:
    with pytest.raises(ArmTemplateError) as raised:
        deploy(document, **values)
    return [fault.message for fault in raised.value.faults]


def test_all_missing_parameters_are_reported_at_once() -> None:
    """A user fills in one parameters section, not one value a try."""
    declared = {"a": {"type": "string"}, "b": {"type": "int"}, "c": {"type": "int", "defaultValue": 1}}
    assert faults({"parameters": declared}) == [
        "parameter 'a' has no defaultValue and no value is given",
        "parameter 'b' has no defaultValue and no value is given",
    ]


@pytest.mark.parametrize(
    ("declaration", "value", "complaint"),
    [
        ({"type": "int"}, "1", "is of type int, but its value is a text"),
        ({"type": "int"}, True, "is of type int, but its value is a boolean"),
        ({"type": "string", "allowedValues": ["a", "b"]}, "c", "'c' is not one of a, b"),
        ({"type": "int", "minValue": 2}, 1, "needs a value of at least 2"),
        ({"type": "int", "maxValue": 2}, 3, "needs a value of at most 2"),
        ({"type": "string", "minLength": 3}, "ab", "needs a length of at least 3"),
        ({"type": "array", "maxLength": 1}, [1, 2], "needs a length of at most 1"),
        ({"type": "strin"}, "a", "needs a type: string, int"),
        ({"$ref": "#/definitions/x"}, "a", "type definitions are not supported yet"),
        ("string", "a", "must be declared by an object, not a text"),
    ],
)
def test_a_wrong_value_or_declaration_is_named(declaration: Any, value: Any, complaint: str) -> None:
    """Types are ARM's, in any case, and are never converted."""
    (fault,) = faults({"parameters": {"p": declaration}}, p=value)
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
        "no parameter 'galeryname' is declared",
        "did you mean 'galleryName'?",
    )


def test_a_declaration_carries_what_a_form_needs() -> None:
    """Defaults are evaluated; a given value takes the default's place."""
    document = {
        "parameters": {
            "name": {"type": "String", "defaultValue": "web", "metadata": {"description": "Which?"}},
            "key": {"type": "secureString", "defaultValue": "[concat(parameters('name'), '!')]"},
            "when": {"type": "string", "defaultValue": "[utcNow()]"},
        }
    }
    name, key, when = deploy(document, NAME="api").parameters
    assert (name.name, name.type, name.default, name.description) == ("name", "string", "api", "Which?")
    assert (key.type, key.secure, key.default) == ("string", True, "api!")
    assert (when.default, when.required) == (None, False)


def test_every_fault_of_a_resource_is_reported_at_its_place() -> None:
    """Evaluation goes on after the first wrong expression."""
    resource = {"name": "[nope()]", "properties": {"list": ["fine", "[utcNow()]"]}}
    deployment = deploy({"resources": [resource]})
    ((path, found),) = deployment.resources()
    with pytest.raises(ArmTemplateError) as raised:
        deployment.evaluate(found, path, ("name", "properties"))
    assert [fault.path for fault in raised.value.faults] == [
        ("resources", 0, "name"),
        ("resources", 0, "properties", "list", 1),
    ]


@pytest.mark.parametrize("word", ["copy", "condition"])
def test_loops_and_conditions_are_refused_by_name(word: str) -> None:
    """What is not evaluated yet must not be misread."""
    deployment = deploy({"resources": [{word: {"count": 2}, "name": "[copyIndex()]"}]})
    ((path, found),) = deployment.resources()
    with pytest.raises(ArmTemplateError) as raised:
        deployment.evaluate(found, path, ("name",))
    assert [fault.message for fault in raised.value.faults] == [f"{word} is not supported yet"]


def test_a_copy_loop_in_properties_or_variables_is_refused_by_name() -> None:
    """Property and variable loops look like data; they are not taken for it."""
    document: dict[str, Any] = {
        "variables": {"copy": [{"name": "steps", "count": 2, "input": {}}]},
        "resources": [{"a": {"copy": [{"name": "x"}]}, "b": "[variables('steps')]"}],
    }
    deployment = deploy(document)
    ((path, found),) = deployment.resources()
    with pytest.raises(ArmTemplateError) as raised:
        deployment.evaluate(found, path, ("a", "b"))
    messages = [fault.message for fault in raised.value.faults]
    assert messages[0] == "copy is not supported yet"
    assert messages[1] == "variables('steps') may come from a copy loop: copy is not supported yet"


def test_resources_may_be_an_object_or_inside_each_other() -> None:
    """LanguageVersion 2.0 names resources; older templates nest children."""
    document = {"resources": {"one": {"resources": [{"type": "child"}]}, "two": {}}}
    assert [path for path, _ in deploy(document).resources()] == [
        ("resources", "one"),
        ("resources", "one", "resources", 0),
        ("resources", "two"),
    ]
