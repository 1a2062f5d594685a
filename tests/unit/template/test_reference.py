"""The field reference: every field, once, and links that lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from aib_airflow.template import json_schema, reference
from aib_airflow.template.pipeline import PipelineSettings
from aib_airflow.template.resource import ImageTemplateResource


@pytest.fixture(scope="module")
def rendered() -> str:
    return reference.render()


def anchors(markdown: str) -> Iterator[str]:
    """Yield the anchors that GitHub makes of the headings."""
    for heading in re.findall(r"^#+ (.*)$", markdown, re.MULTILINE):
        yield re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")


def objects(model: Any) -> Iterator[dict[str, Any]]:
    schema = json_schema.model_schema(model)
    yield schema
    yield from schema["$defs"].values()


@pytest.mark.parametrize("model", [ImageTemplateResource, PipelineSettings])
def test_every_field_of_every_model_is_in_it(model: Any, rendered: str) -> None:
    """With its meaning, unless it is the tag that the heading names."""
    for schema in objects(model):
        for name, field in schema["properties"].items():
            meaning = "" if "const" in field else " ".join(field["description"].split())
            row = rf"^\| `{name}` \|.*\| {re.escape(meaning).replace('|', '.*')} \|$"
            assert field.get("readOnly") or re.search(row, rendered, re.MULTILINE), name


def test_an_object_has_one_table(rendered: str) -> None:
    """Steps that `validate` shares with `customize` are not told twice."""
    found = list(anchors(rendered))
    assert len(found) == len(set(found))


def test_every_link_leads_to_a_table(rendered: str) -> None:
    """From a field to the object that it holds."""
    links = re.findall(r"\]\(#([^)]*)\)", rendered)
    assert links
    assert set(links) <= set(anchors(rendered))


@pytest.mark.parametrize(
    "row",
    [
        r"| `buildTimeoutInMinutes` | number, 0 to 960 | `0` |  | How long",
        r"| `replicaCount` | number, 1 or more | `1` | How many",
        r"| `restartCommand` | text | `shutdown /r /f /t 0 /c",
        r"| `validExitCodes` | list of numbers | `[0]` | Exit codes",
        r"| `onCustomizerError` | `cleanup`, `abort` | `cleanup` |",
        r"| `subnetId` | resource id |  |  | The build machine",
        r"| `autoRun` | [object](#propertiesautorun) |  | 2024-02-01 |",
        r"| `galleryImageId` | resource id | **required** |",
        r"| `targetRegions` | list of [objects](#propertiesdistributetargetregions) |  | 2022-07-01 |",
    ],
)
def test_a_row_says_kind_limits_default_and_since(row: str, rendered: str) -> None:
    """What an author needs, in a few words."""
    assert f"\n{row}" in rendered


def test_what_the_service_writes_is_named_below(rendered: str) -> None:
    """It may stand in a file, and means nothing there."""
    assert "read and ignored: `exactStagingResourceGroup`, `provisioningState`" in rendered


def test_only_what_is_between_the_marks_is_replaced(rendered: str) -> None:
    """The rest of README is written by people."""
    text = f"before\n{reference.BEGIN}\nold\n{reference.END}\nafter\n"
    assert reference.replace(text) == f"before\n{reference.BEGIN}\n\n{rendered}\n{reference.END}\nafter\n"
    assert reference.replace(reference.replace(text)) == reference.replace(text)


@pytest.mark.parametrize("text", ["", reference.BEGIN, f"{reference.END} {reference.BEGIN}"])
def test_a_file_without_the_marks_is_left_alone(text: str) -> None:
    """It says which marks are wanted."""
    with pytest.raises(ValueError, match="end of the field reference"):
        reference.replace(text)
