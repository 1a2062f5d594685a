"""No template may take more than a moment, whatever it says."""

from __future__ import annotations

from typing import Any

import pytest

from aib_airflow.arm_template import DeploymentScope, Evaluator, ExpressionError


def complaint(variables: dict[str, Any], text: str) -> str:
    with pytest.raises(ExpressionError) as raised:
        Evaluator({}, variables, DeploymentScope()).evaluate(text)
    return raised.value.message


def test_a_variable_defined_by_itself_is_named() -> None:
    """A circle is an error, not a hang."""
    variables = {"a": "[variables('b')]", "b": "[variables('A')]"}
    assert complaint(variables, "[variables('a')]") == "variables('A') is defined by itself"


def test_a_text_that_doubles_itself_ends() -> None:
    """Thirty doublings of one character would be a gigabyte."""
    variables = {"v0": "xxxxxxxx"} | {
        f"v{n}": f"[concat(variables('v{n - 1}'), variables('v{n - 1}'))]" for n in range(1, 31)
    }
    assert "more than 262144 characters" in complaint(variables, "[variables('v30')]")


@pytest.mark.parametrize(
    "twice",
    [
        "[createArray(variables('v{0}'), variables('v{0}'))]",
        ["[variables('v{0}')]", "[variables('v{0}')]"],
        {"one": "[variables('v{0}')]", "two": "[variables('v{0}')]"},
    ],
)
def test_an_array_or_object_that_doubles_itself_ends(twice: Any) -> None:
    """Shared references cost nothing to make, but everything to write out."""

    def made_of(number: int) -> Any:
        def fill(text: str) -> str:
            return text.replace("{0}", str(number))

        if isinstance(twice, dict):
            return {key: fill(value) for key, value in twice.items()}
        return [fill(item) for item in twice] if isinstance(twice, list) else fill(twice)

    variables = {"v0": ["x"]} | {f"v{n}": made_of(n - 1) for n in range(1, 25)}
    assert "more than 2000000 values" in complaint(variables, "[variables('v24')]")


def test_growing_functions_check_before_they_grow() -> None:
    """padLeft, replace, format, join and range know the size of their result."""
    big = {"big": "x" * 100_000}
    assert "padLeft() makes a text" in complaint({}, "[padLeft('x', 99999999)]")
    assert "replace() makes a text" in complaint(big, "[replace(variables('big'), 'x', variables('big'))]")
    assert "format() makes a text" in complaint(big, f"[format('{'{0}' * 5000}', variables('big'))]")
    assert "range() makes at most" in complaint({}, "[range(0, 99999999)]")
    assert "join() makes a text" in complaint(big, "[join(range(0, 9999), variables('big'))]")
    assert "64-bit" in complaint({}, "[mul(9000000000000000000, 9)]")


def test_nesting_is_bounded() -> None:
    """A thousand calls in each other are refused before Python's own stack ends."""
    assert "nested more than" in complaint({}, "[" + "not(" * 1000 + "true()" + ")" * 1000 + "]")
    chain = {f"v{n}": f"[not(not(variables('v{n + 1}')))]" for n in range(500)} | {"v500": True}
    assert "nested more than" in complaint(chain, "[variables('v0')]")
    deep: Any = []
    for _ in range(400):
        deep = [deep]
    with pytest.raises(ExpressionError, match="nested more than"):
        Evaluator({}, {}, DeploymentScope()).evaluate(deep)


def test_a_long_expression_is_refused() -> None:
    """Azure's own limit is 24,576 characters."""
    assert "24576 is the limit" in complaint({}, "[concat('" + "x" * 25_000 + "')]")
