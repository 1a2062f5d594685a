"""The conformance table of the expression language: what each expression is worth in Azure."""

from __future__ import annotations

from typing import Any

import pytest

DOCUMENT = {
    "parameters": {
        "name": {"type": "string", "defaultValue": "web"},
        "derived": {"type": "string", "defaultValue": "[concat(parameters('NAME'), '-image')]"},
        "config": {"type": "object", "defaultValue": {"Sku": "12-gen2", "sizes": [1, 2, 3]}},
        "api-version": {"type": "string", "defaultValue": "2024-02-01"},
    },
    "variables": {
        "steps": [{"inline": ["[parameters('derived')]"]}],
        "escaped": "[[not an expression]",
        "copy": [
            {"name": "squares", "count": 3, "input": "[mul(copyIndex('squares'), copyIndex('squares'))]"}
        ],
    },
    "functions": [
        {
            "namespace": "fx",
            "members": {
                "greet": {
                    "parameters": [{"name": "who", "type": "string"}],
                    "output": {"type": "string", "value": "[concat('hi ', toLower(parameters('WHO')))]"},
                },
                "twice": {
                    "parameters": [{"name": "who", "type": "string"}],
                    "output": {"type": "array", "value": ["[fx.greet(parameters('who'))]", "plain"]},
                },
            },
        }
    ],
}

SELF = object()
"""The text is no expression: it is worth itself."""

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
    ("[System.Net.ServicePointManager]::SecurityProtocol = 'Tls12'", SELF),
    ("[Environment]::GetFolderPath('Desktop')[0]", SELF),
    ("[string]$x = $y[0]", SELF),
    ("[ ]", SELF),
    ("['a'] more", SELF),
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
    # user functions, loops of variables
    ("[fx.greet('Ann')]", "hi ann"),
    ("[FX.Twice('Bob')[0]]", "hi bob"),
    ("[variables('squares')]", [0, 1, 4]),
    # lambdas
    ("[map(createArray(1, 2), lambda('n', mul(lambdaVariables('n'), 10)))]", [10, 20]),
    (
        "[map(createArray('a', 'b'), lambda('x', 'i', concat(lambdaVariables('X'), lambdaVariables('i'))))]",
        ["a0", "b1"],
    ),
    ("[filter(range(0, 5), lambda('n', greater(lambdaVariables('n'), 2)))]", [3, 4]),
    ("[reduce(range(1, 4), 0, lambda('sum', 'n', add(lambdaVariables('sum'), lambdaVariables('n'))))]", 10),
    (
        "[sort(createArray(3, 1, 2), lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))]",
        [1, 2, 3],
    ),
    (
        "[toObject(createArray('a', 'b'), lambda('k', lambdaVariables('k')), lambda('k', toUpper(lambdaVariables('k'))))]",
        {"a": "A", "b": "B"},
    ),
    ("[mapValues(createObject('a', 1), lambda('v', add(lambdaVariables('v'), 1)))]", {"a": 2}),
    (
        "[groupBy(createArray('ax', 'b', 'ay'), lambda('t', first(lambdaVariables('t'))))]",
        {"a": ["ax", "ay"], "b": ["b"]},
    ),
    (
        "[map(range(0, 2), lambda('i', map(range(0, 2), lambda('j', add(lambdaVariables('i'), lambdaVariables('j'))))))]",
        [[0, 1], [1, 2]],
    ),
    # dates
    ("[dateTimeAdd('2020-04-07 14:53:14Z', 'P3Y')]", "2023-04-07T14:53:14.0000000Z"),
    ("[dateTimeAdd('2020-04-07 14:53:14Z', '-P9D', 'u')]", "2020-03-29 14:53:14Z"),
    ("[dateTimeAdd('20240131T000000Z', 'P1M', 'yyyy-MM-dd')]", "2024-02-29"),
    ("[dateTimeAdd('2024-12-31T23:30:00', 'PT1H', 'd/M/yy h:mm tt')]", "1/1/25 12:30 AM"),
    ("[dateTimeToEpoch('1970-01-02T00:00:00Z')]", 86400),
    ("[dateTimeFromEpoch(1683040573)]", "2023-05-02T15:16:13Z"),
    # encodings, hashes, networks
    ("[base64ToJson('eyJhIjogMX0=').a]", 1),
    ("[dataUriToString(dataUri('Hello'))]", "Hello"),
    ("[dataUriToString('data:text/plain,a%20b')]", "a b"),
    ("[uriComponentToString('a%20b%2Fc')]", "a b/c"),
    # as Bicep's own compiler computes them
    ("[uniqueString('test')]", "rbgf3xv4ufgzg"),
    ("[uniqueString('hello', 'world')]", "a7wkljktk6wne"),
    (
        "[uniqueString('/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/my-rg')]",
        "bmg7c6xu4tw46",
    ),
    ("[parseCidr('10.144.0.0/20').lastUsable]", "10.144.15.254"),
    ("[parseCidr('10.144.1.7/20').broadcast]", "10.144.15.255"),
    ("[cidrSubnet('10.144.0.0/20', 24, 2)]", "10.144.2.0/24"),
    ("[cidrHost('10.144.3.0/24', 4)]", "10.144.3.5"),
    # numbers in text
    ("[format('{0:N2}|{0,6}|{0,-6}|{1:X4}|{0:000000}', 1234, 255)]", "1,234.00|  1234|1234  |00FF|001234"),
    ("[format('{0:N2}', 'text')]", "text"),
    # the end of an array
    ("[indexFromEnd(createArray(1, 2, 3), 1)]", 3),
    ("[tryIndexFromEnd(createArray(1), 2)]", None),
    ("[lastIndexOf(createArray('a', 'b', 'a'), 'a')]", 2),
    ("[shallowMerge(createArray(createObject('a', 1), createObject('b', 2)))]", {"a": 1, "b": 2}),
    ("[objectKeys(createObject('b', 1, 'a', 2))]", ["a", "b"]),
    # where a deployment happens
    ("[deployment().name]", "main"),
    ("[environment().suffixes.storage]", "core.windows.net"),
    (
        "[managementGroupResourceId('m', 'Microsoft.Authorization/policyDefinitions', 'p')]",
        "/providers/Microsoft.Management/managementGroups/m/providers/Microsoft.Authorization/policyDefinitions/p",
    ),
]


@pytest.mark.parametrize(("text", "worth"), CONFORMANCE)
def test_an_expression_is_worth_what_azure_says(evaluate: Any, text: str, worth: Any) -> None:
    """Text is itself, an expression is its value, and types are kept: True is not 1."""
    value = evaluate(text, **DOCUMENT)
    assert value == (text if worth is SELF else worth)
    assert isinstance(value, bool) == isinstance(worth, bool)


REFUSED = [
    ("[parameters('nothing')]", "parameters('nothing') is not declared"),
    ("[variables('nothing')]", "variables('nothing') is not declared"),
    ("[copyIndex()]", "copyIndex() has no such loop around it"),
    ("[fx.nothing('x')]", "no user function fx.nothing() is declared"),
    ("[fx.greet()]", "fx.greet() takes 1 arguments, not 0"),
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
    ("[format('{0:C}', 1)]", "does not support the specifier 'C'"),
    ("[resourceId('images', 'i')]", "needs a resource type"),
    ("[resourceId('Microsoft.Compute/galleries/images', 'g')]", "needs 2 names, 1 are given"),
    ("[div(1, 0)]", "div() divides by zero"),
    ("[int('x')]", "int() cannot read 'x'"),
    ("[json('{')]", "json() cannot read its argument"),
    ("[map(createArray(1), 2)]", "map() needs a lambda(...) as its argument 2"),
    ("[lambda('a', 1)]", "lambda() stands only as an argument"),
    ("[lambdaVariables('x')]", "no lambda around this has a variable 'x'"),
    ("[dateTimeAdd('yesterday', 'P1D')]", "cannot read the date 'yesterday'"),
    ("[dateTimeAdd('2020-01-01', 'a day')]", "cannot read the duration 'a day'"),
    ("[cidrSubnet('10.0.0.0/24', 16, 0)]", "needs a prefix of 24 to 32"),
    ("[parseCidr('ten')]", "cannot read the range 'ten'"),
    ("[fail('no gallery')]", "the template stops here: no gallery"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_cannot_be_evaluated_is_refused_by_name(complaint: Any, text: str, message: str) -> None:
    """A wrong expression says which function or name it is about."""
    assert message in complaint(text, **DOCUMENT).message


def test_expressions_in_keys_are_evaluated(evaluate: Any) -> None:
    """AIB's userAssignedIdentities has its only information in the key."""
    tree = {"[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', parameters('name'))]": {}}
    (key,) = evaluate(tree, **DOCUMENT)
    assert key.endswith("/userAssignedIdentities/web")
