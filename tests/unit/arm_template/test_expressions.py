"""The conformance table of the expression language: what each expression is worth in Azure."""

from __future__ import annotations

from typing import Any

import pytest

from aib_airflow.arm_template import DeploymentScope, Evaluator, ExpressionError

SCOPE = DeploymentScope(subscription_id="s1", resource_group="rg1", location="westus2", tenant_id="t1")

PARAMETERS = {
    "name": "web",
    "derived": "[concat(parameters('NAME'), '-image')]",
    "config": {"Sku": "12-gen2", "sizes": [1, 2, 3]},
    "api-version": "2024-02-01",
}
VARIABLES = {"steps": [{"inline": ["[parameters('derived')]"]}], "escaped": "[[not an expression]"}

CONFORMANCE = [
    # reading
    ("plain", "plain"),
    ("[parameters('name')]", "web"),
    ("[parameters('derived')]", "web-image"),
    ("[ parameters( 'name' ) ]", "web"),
    ("[PARAMETERS('Name')]", "web"),
    ("[parameters('api-version')]", "2024-02-01"),
    ("['quoted ''text''']", "quoted 'text'"),
    ("[variables('steps')[0].inline[0]]", "web-image"),
    ("[parameters('config').sku]", "12-gen2"),
    ("[parameters('config')['SKU']]", "12-gen2"),
    ("[last(parameters('config').sizes)]", 3),
    # what only looks like an expression
    ("[[parameters('name')]", "[parameters('name')]"),
    ("[variables('escaped')]", "[not an expression]"),
    ("[System.Net.ServicePointManager]::SecurityProtocol = 'Tls12'", None),
    ("[Environment]::GetFolderPath('Desktop')[0]", None),
    ("[string]$x = $y[0]", None),
    ("[ ]", None),
    ("['a'] more", None),
    # text
    ("[concat('a', 1, true())]", "a1True"),
    ("[concat(createArray(1), createArray(2))]", [1, 2]),
    ("[format('{0}-{1}-{0}', 'a', 2)]", "a-2-a"),
    ("[format('{{{0}}} {1:D3}', 'x', 7)]", "{x} 007"),
    ("[toLower('ABC')]", "abc"),
    ("[toUpper('abc')]", "ABC"),
    ("[trim('  a ')]", "a"),
    ("[replace('a.b.c', '.', '-')]", "a-b-c"),
    ("[split('a,b;c', createArray(',', ';'))]", ["a", "b", "c"]),
    ("[join(createArray('a', 'b'), '/')]", "a/b"),
    ("[substring('abcdef', 2, 3)]", "cde"),
    ("[substring('abcdef', 4)]", "ef"),
    ("[padLeft('7', 3, '0')]", "007"),
    ("[startsWith('Debian', 'deb')]", True),
    ("[endsWith('Debian', 'AN')]", True),
    ("[indexOf('Debian', 'b')]", 2),
    ("[lastIndexOf('a.b.c', '.')]", 3),
    ("[base64('abc')]", "YWJj"),
    ("[base64ToString('YWJj')]", "abc"),
    ("[uriComponent('a b/c')]", "a%20b%2Fc"),
    ("[uri('https://h/a/', 'b.sh')]", "https://h/a/b.sh"),
    ("[string(createObject('a', 1))]", '{"a":1}'),
    # guid() is version 5 in Azure's namespace, over the arguments joined by dashes
    ("[guid('a', 'b')]", "2d796349-8c7e-55ec-9624-54ece82ed031"),
    # values and logic
    ("[if(equals('a', 'a'), 'yes', reference('never'))]", "yes"),
    ("[if(not(true()), 1, 2)]", 2),
    ("[and(true(), false(), reference('never'))]", False),
    ("[and(true(), true())]", True),
    ("[or(false(), true(), reference('never'))]", True),
    ("[or(false(), false())]", False),
    ("[equals(1, true())]", False),
    ("[equals('A', 'a')]", False),
    ("[equals(createObject('a', 1, 'b', 2), createObject('b', 2, 'a', 1))]", True),
    ("[contains(createArray(1), true())]", False),
    ("[indexOf(createArray(1, true()), true())]", 1),
    ("[coalesce(null(), null(), 'c')]", "c"),
    ("[empty('')]", True),
    ("[empty(null())]", True),
    ("[empty(createArray(1))]", False),
    ("[length('abc')]", 3),
    ("[int(' 42 ')]", 42),
    ("[bool('True')]", True),
    ("[json('{\"a\": [1, null]}')]", {"a": [1, None]}),
    ("[div(-7, 2)]", -3),
    ("[mod(-7, 2)]", -1),
    ("[max(createArray(1, 5, 3))]", 5),
    ("[greaterOrEquals(2, 2)]", True),
    ("[less('a', 'b')]", True),
    # collections
    ("[createObject('a', 1, 'b', createArray())]", {"a": 1, "b": []}),
    ("[contains(createArray('a'), 'a')]", True),
    ("[contains(parameters('config'), 'SKU')]", True),
    ("[contains('Debian', 'deb')]", False),
    ("[first(createArray())]", None),
    ("[first('abc')]", "a"),
    ("[take(range(5, 4), 2)]", [5, 6]),
    ("[skip('abc', 1)]", "bc"),
    ("[union(createArray(1, 2), createArray(2, 3))]", [1, 2, 3]),
    ('[union(json(\'{"a": {"x": 1}}\'), json(\'{"A": {"y": 2}}\'))]', {"a": {"x": 1, "y": 2}}),
    ("[intersection(createArray(1, 2), createArray(2))]", [2]),
    ("[tryGet(parameters('config'), 'nothing', 'deeper')]", None),
    ("[items(createObject('b', 2, 'a', 1))]", [{"key": "a", "value": 1}, {"key": "b", "value": 2}]),
    ("[flatten(createArray(createArray(1), createArray(2)))]", [1, 2]),
    # where a deployment happens
    ("[resourceGroup().location]", "westus2"),
    ("[resourcegroup().id]", "/subscriptions/s1/resourceGroups/rg1"),
    ("[subscription().subscriptionId]", "s1"),
    ("[tenant().tenantId]", "t1"),
    (
        "[resourceId('Microsoft.Compute/galleries/images', 'g', 'd')]",
        "/subscriptions/s1/resourceGroups/rg1/providers/Microsoft.Compute/galleries/g/images/d",
    ),
    (
        "[resourceId('s2', 'rg2', 'Microsoft.Compute/images', 'i')]",
        "/subscriptions/s2/resourceGroups/rg2/providers/Microsoft.Compute/images/i",
    ),
    (
        "[resourceId('rg2', 'Microsoft.Compute/images', 'i')]",
        "/subscriptions/s1/resourceGroups/rg2/providers/Microsoft.Compute/images/i",
    ),
    (
        "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'r')]",
        "/subscriptions/s1/providers/Microsoft.Authorization/roleDefinitions/r",
    ),
    (
        "[extensionResourceId('/subscriptions/s1', 'Microsoft.Authorization/locks', 'l')]",
        "/subscriptions/s1/providers/Microsoft.Authorization/locks/l",
    ),
    ("[tenantResourceId('Microsoft.Management/groups', 'm')]", "/providers/Microsoft.Management/groups/m"),
]


@pytest.mark.parametrize(("text", "worth"), CONFORMANCE)
def test_an_expression_is_worth_what_azure_says(text: str, worth: Any) -> None:
    """Text is itself (None here), an expression is its value, and types are kept: True is not 1."""
    value = Evaluator(PARAMETERS, VARIABLES, SCOPE).evaluate(text)
    assert value == (text if worth is None and not text.startswith(("[first", "[tryGet")) else worth)
    assert isinstance(value, bool) == isinstance(worth, bool)


REFUSED = [
    ("[parameters('nothing')]", "parameters('nothing') is not declared"),
    ("[variables('nothing')]", "variables('nothing') is not declared"),
    ("[reference('x')]", "reference() cannot be evaluated: only a deployment in Azure knows it"),
    ("[listKeys('x', 'y')]", "listKeys() cannot be evaluated"),
    ("[utcNow()]", "utcNow() cannot be evaluated: it differs at every deployment"),
    ("[newGuid()]", "newGuid() cannot be evaluated"),
    ("[deployment().name]", "deployment() cannot be evaluated"),
    ("[copyIndex()]", "copyIndex() cannot be evaluated: this version does not evaluate it yet"),
    ("[fx.makeName('x')]", "fx.makeName() is a user function"),
    ("[conact('a')]", "the ARM template language has no function conact()"),
    ("[concat()]", "concat() takes at least 1 argument, not 0"),
    ("[substring('a')]", "substring() takes 2 to 3 arguments, not 1"),
    ("[if(true(), 1)]", "if() takes 3 arguments, not 2"),
    ("[if('yes', 1, 2)]", "if() needs true or false, not a text"),
    ("[concat('a', 'b']", "where ')' is expected"),
    ("[concat('a]", "no closing quote"),
    ("[concat('a'))]", "where the end of the expression is expected"),
    ("[concat(@)]", "unexpected '@' at character 8"),
    ("[parameters('config').nothing]", "the object has no property 'nothing'; it has Sku, sizes"),
    ("[parameters('config').sizes[9]]", "the array has 3 items, there is no [9]"),
    ("[substring('abc', 2, 9)]", "a text of 3"),
    ("[format('{1}', 'a')]", "format() has no argument for {1}"),
    ("[format('{0:N2}', 1)]", "does not support the specifier '{0:N2}'"),
    ("[resourceId('images', 'i')]", "needs a resource type"),
    ("[resourceId('Microsoft.Compute/galleries/images', 'g')]", "needs 2 names, 1 are given"),
    ("[div(1, 0)]", "div() divides by zero"),
    ("[int('x')]", "int() cannot read 'x'"),
    ("[json('{')]", "json() cannot read its argument"),
    ("[resourceGroup()]", "resourceGroup() as a whole is not supported yet"),
    ("[resourceGroup().tags]", "known to a deployment in Azure only"),
]


@pytest.mark.parametrize(("text", "complaint"), REFUSED)
def test_what_cannot_be_evaluated_is_refused_by_name(text: str, complaint: str) -> None:
    """A wrong or unknowable expression says which function or name it is about."""
    with pytest.raises(ExpressionError) as raised:
        Evaluator(PARAMETERS, VARIABLES, SCOPE).evaluate(text)
    assert complaint in raised.value.message


def test_an_unknown_scope_names_the_setting_that_gives_it() -> None:
    """Without a scope, `resourceGroup().location` says where to write it."""
    with pytest.raises(ExpressionError) as raised:
        Evaluator({}, {}, DeploymentScope()).evaluate("[resourceGroup().location]")
    assert "deployment: {location: ...}" in raised.value.fix


def test_expressions_in_keys_are_evaluated() -> None:
    """AIB's userAssignedIdentities has its only information in the key."""
    tree = {"[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', parameters('name'))]": {}}
    (key,) = Evaluator(PARAMETERS, {}, SCOPE).evaluate(tree)
    assert key.endswith("/userAssignedIdentities/web")


def test_a_stable_name_is_stable_and_depends_on_every_part() -> None:
    """uniqueString is 13 characters of its arguments, whatever the process."""
    evaluator = Evaluator({}, {}, SCOPE)
    assert evaluator.evaluate("[uniqueString('a', 'b')]") == evaluator.evaluate("[uniqueString('a', 'b')]")
    assert evaluator.evaluate("[uniqueString('a', 'c')]") != evaluator.evaluate("[uniqueString('a', 'b')]")
    assert len(evaluator.evaluate("[uniqueString('a')]")) == 13
