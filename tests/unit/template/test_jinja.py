"""`{{ expressions }}` in pipeline files: what they give, what they refuse, and that they stay small."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from aib_airflow.template.documents import SourceFile
from aib_airflow.template.faults import Fault
from aib_airflow.template.jinja import render

VARIABLES: dict[str, Any] = {
    "count": 5,
    "public": True,
    "regions": ["westus2", "eastus"],
    "tags": {"items": "field", "owner": None},
    "name": "Web",
    "full_name": "{{ name }}-{{ count }}",
}


def rendered(value: Any, variables: dict[str, Any] | None = None) -> tuple[Any, tuple[Fault, ...]]:
    document = {"variables": VARIABLES if variables is None else variables, "x": value}
    file = SourceFile(Path("web.yaml"), yaml.safe_dump(document, sort_keys=False))
    result, faults = render(file, document)
    return result["x"], faults


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ count }}", 5),
        ("{{ public }}", True),
        ("{{ regions }}", ["westus2", "eastus"]),
        ("{{ tags.owner }}", None),
        ("a-{{ count }}-{{ public }}", "a-5-true"),
        ("{{ image }}", "web"),
        ("{{ full_name }}", "Web-5"),
        ("{{ tags.items }} {{ tags['items'] }}", "field field"),
        ("{{ regions[0] }} {{ regions[-1] }}", "westus2 eastus"),
        ("{{ regions | join(', ') }}", "westus2, eastus"),
        ("{{ name | lower | replace('w', 'v') }}", "veb"),
        ("{{ tags.zone | default('1') }}", "1"),
        ("{{ tags.zone is defined }}", False),
        ("{{ 'big' if count > 3 and not public else 'small' }}", "small"),
        ("{{ 'eastus' in regions }}", True),
        ("{{ name ~ count }} {{ 'a' + 'b' }} {{ count + 1 }}", "Web5 ab 6"),
        ("{{ [name, count] }}", ["Web", 5]),
        ("line\n{{ name }}\n", "line\nWeb\n"),
        ("#{octopus}# {# no comment #} $(x) }}", "#{octopus}# {# no comment #} $(x) }}"),
        ("echo {{ '{{' }} {{ '{%' }}", "echo {{ {%"),
    ],
)
def test_an_expression_gives_its_value_and_alone_keeps_its_type(text: str, value: object) -> None:
    """A text around an expression makes a text of it."""
    result, faults = rendered(text)
    assert faults == ()
    assert (result, type(result)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ nmae }}", "'nmae' is not among this file's variables; did you mean 'name'?"),
        (
            "${{ github.sha }}",
            "'github' is not among this file's variables; add it under variables; text in braces is",
        ),
        ("{% if public %}a{% endif %}", "statements such as {% if %} or {% raw %} are not known here"),
        ("{{ name", "this is no expression: unexpected end of template"),
        ("{{ }}", "this is no expression: Expected an expression"),
        ("{{ name.__class__.__mro__ }}", "there is no '__class__' in this value"),
        ("{{ name['__class__'] }}", "there is no '__class__' in this value"),
        ("{{ tags.keys }}", "there is no 'keys' in this value"),
        ("{{ range(10) }}", "an expression calls nothing"),
        ("{{ name.upper() }}", "an expression calls nothing"),
        ("{{ 'a' * 10**9 }}", "'mul' is not among what an expression may be"),
        ("{{ {'a': 1} }}", "'dict' is not among what an expression may be"),
        ("{{ name | attr('x') }}", "there is no filter 'attr'; use one of default, lower"),
        ("{{ name | join(attribute='x') }}", "the filter 'join' takes plain values"),
        ("{{ count | lower }}", "the filter 'lower' does not fit this value"),
        ("{{ name is callable }}", "there is no test 'is callable'"),
        ("{{ name + 1 }}", "'+' adds two numbers or two texts; join other values with ~"),
        ("{{ name < 1 }}", "these values cannot be compared"),
        ("{{ 1 if false }}", "there is no value where this condition is false"),
        ("a {{ regions }}", "a list cannot be a part of a text"),
        ("a {{ tags.owner }}", "null cannot be a part of a text"),
        ("{{ 1e999 }}", "this number is too large"),
        ("{{ " + "9" * 5000 + " }}", "a number in this expression is too large"),
        ("{{ " + "(" * 5000 + " }}", "this expression is too large"),
        ("{{ name" + " | lower" * 3000 + " }}", "this expression is too large"),
        ("{{ name }}" + "x" * 70_000, "a text with expressions has at most 65536 characters"),
    ],
)
def test_what_an_expression_cannot_do_is_refused_at_its_place(text: str, said: str) -> None:
    """The text stays as it is, and everything else is still rendered."""
    result, faults = rendered([text, "{{ name }}"])
    assert result == [text, "Web"]
    (fault,) = faults
    assert said in str(fault)
    assert (fault.path, fault.severity) == (".x[0]", "error")


@pytest.mark.parametrize(
    "value",
    [
        ["{{ text ~ text }}"] * 100,
        "{{ text | replace('x', text) }}",
        "{{ list | join(text) }}",
        ["{{ list }}"] * 1000,
        ["{{ image }}" * 5000] * 10,
    ],
)
def test_expressions_cannot_make_much_of_little(value: Any) -> None:
    """All expressions of a file share one budget; that it is spent is said once."""
    _, faults = rendered(value, {"text": "x" * 60_000, "list": list(range(1000))})
    assert [fault.message for fault in faults] == ["the expressions of this file make too much"]


def test_variables_cannot_nest_each_other_deeper_than_any_file_may() -> None:
    """Each is shallow by itself."""
    variables = {"v0": []} | {f"v{n + 1}": [f"{{{{ v{n} }}}}"] for n in range(150)}
    _, faults = rendered("{{ v150 }}", variables)
    assert [fault.message for fault in faults] == ["expressions nest values too deeply"]


def test_a_variable_uses_only_those_above_it_and_cannot_be_called_image() -> None:
    """So that no order of evaluation has to be guessed."""
    _, faults = rendered("", {"a": "{{ b }}", "b": 1, "image": 2, "vm-size": 3})
    assert [(fault.path, fault.message) for fault in faults] == [
        (".variables.a", "'b' is not among this file's variables"),
        (".variables.image", "'image' is the name of this file"),
        (".variables.vm-size", "no expression can name this variable"),
    ]


def test_the_name_of_a_field_is_no_expression() -> None:
    """Structure is the author's, values may be computed."""
    result, (fault,) = rendered({"{{ name }}": 1})
    assert result == {"{{ name }}": 1}
    assert fault.message == "a field's name cannot be an expression"


def test_a_file_without_expressions_is_left_alone() -> None:
    """Not even copied."""
    document = {"x": "a }} b"}
    assert render(SourceFile(Path("web.yaml"), "x: a }} b"), document)[0] is document
