"""No template may take more than a moment, whatever it says."""

from __future__ import annotations

from typing import Any

import pytest


def test_a_variable_defined_by_itself_is_named(complaint: Any) -> None:
    """A circle is an error, not a hang."""
    variables = {"a": "[variables('b')]", "b": "[variables('A')]"}
    fault = complaint("[variables('a')]", variables=variables)
    assert fault.message == "variables('A') is defined by itself"
    assert fault.path == ("variables", "b")


def test_a_user_function_that_calls_itself_ends(complaint: Any) -> None:
    """Azure forbids it; here it ends at the limit of depth."""
    again = {"output": {"type": "int", "value": "[fx.again()]"}}
    functions = [{"namespace": "fx", "members": {"again": again}}]
    assert "levels deep" in complaint("[fx.again()]", functions=functions).message


def test_a_text_that_doubles_itself_ends(complaint: Any) -> None:
    """Thirty doublings of one character would be a gigabyte."""
    variables = {"v0": "xxxxxxxx"} | {
        f"v{n}": f"[concat(variables('v{n - 1}'), variables('v{n - 1}'))]" for n in range(1, 31)
    }
    assert "more than 262144 characters" in complaint("[variables('v30')]", variables=variables).message


@pytest.mark.parametrize(
    "twice",
    [
        "[createArray(variables('v{0}'), variables('v{0}'))]",
        ["[variables('v{0}')]", "[variables('v{0}')]"],
        {"one": "[variables('v{0}')]", "two": "[variables('v{0}')]"},
        "[map(range(0, 2), lambda('i', variables('v{0}')))]",
    ],
)
def test_an_array_or_object_that_doubles_itself_ends(complaint: Any, twice: Any) -> None:
    """Shared references cost nothing to make, but everything to write out."""

    def made_of(number: int) -> Any:
        def fill(text: str) -> str:
            return text.replace("{0}", str(number))

        if isinstance(twice, dict):
            return {key: fill(value) for key, value in twice.items()}
        return [fill(item) for item in twice] if isinstance(twice, list) else fill(twice)

    variables = {"v0": ["x"]} | {f"v{n}": made_of(n - 1) for n in range(1, 25)}
    assert "make more than 300000 values" in complaint("[variables('v24')]", variables=variables).message


def test_loops_inside_each_other_end(complaint: Any) -> None:
    """Three loops of 800 are half a billion items."""
    text: Any = "x"
    for name in "abc":
        text = {"copy": [{"name": name, "count": 800, "input": text}]}
    assert "make more than 300000 values" in complaint(text).message


def test_growing_functions_check_before_they_grow(complaint: Any) -> None:
    """padLeft, replace, format, join and range know the size of their result."""
    big = {"big": "x" * 100_000}
    assert "padLeft() makes a text" in complaint("[padLeft('x', 99999999)]").message
    replaced = "[replace(variables('big'), 'x', variables('big'))]"
    assert "replace() makes a text" in complaint(replaced, variables=big).message
    filled = f"[format('{'{0}' * 5000}', variables('big'))]"
    assert "format() makes a text" in complaint(filled, variables=big).message
    assert "range() makes at most" in complaint("[range(0, 99999999)]").message
    joined = "[join(range(0, 9999), variables('big'))]"
    assert "join() makes a text" in complaint(joined, variables=big).message
    assert "64-bit" in complaint("[mul(9000000000000000000, 9)]").message


def test_nesting_is_bounded(complaint: Any) -> None:
    """A thousand calls in each other are refused before Python's own stack ends."""
    assert "nested more than" in complaint("[" + "not(" * 1000 + "true()" + ")" * 1000 + "]").message
    chain = {f"v{n}": f"[not(not(variables('v{n + 1}')))]" for n in range(500)} | {"v500": True}
    assert "nested more than" in complaint("[variables('v0')]", variables=chain).message
    deep: Any = []
    for _ in range(400):
        deep = [deep]
    assert "nested more than" in complaint(deep).message


def test_a_long_expression_is_refused(complaint: Any) -> None:
    """Azure's own limit is 24,576 characters."""
    assert "24576 is the limit" in complaint("[concat('" + "x" * 25_000 + "')]").message


def test_a_long_sort_is_paid_for(complaint: Any) -> None:
    """Comparisons are evaluated one by one."""
    text = (
        "[sort(range(0, 10000), lambda('a', 'b', less(mod(mul(lambdaVariables('a'), 7919), 10007),"
        " mod(mul(lambdaVariables('b'), 7919), 10007))))]"
    )
    assert "make more than 300000 values" in complaint(text).message
