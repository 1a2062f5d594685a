"""The reader against 157 real templates of other people; they lie beside the checkout and are never copied."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from aib_airflow import plan, template

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
INDEX = CORPUS / "INDEX.tsv"

if not INDEX.is_file():
    pytest.skip(f"needs the corpus of real templates at {CORPUS}", allow_module_level=True)


def rows() -> list[dict[str, str]]:
    """Return what somebody who read the files by hand noted about each."""
    with INDEX.open(encoding="utf-8", newline="") as index:
        return [row for row in csv.DictReader(index, delimiter="\t") if row["file"].startswith("aib/")]


ROWS = rows()
READABLE = [row for row in ROWS if row["kind"] != "unparseable"]
MALFORMED = [row for row in ROWS if row["kind"] == "unparseable"]


def name(row: dict[str, str]) -> str:
    return Path(row["file"]).name


def counted(types: Iterable[str]) -> Counter[str]:
    return Counter(each.lower() for each in types)


def noted(column: str) -> Counter[str]:
    """Read `PowerShellx3,Filex1`."""
    found = re.findall(r"(\w+)x(\d+)", column)
    return Counter({kind.lower(): int(count) for kind, count in found})


def is_literal(row: dict[str, str]) -> bool:
    """Whether the note says that no expression decides what there is."""
    return "expr" not in f"{row['source']},{row['customizers']},{row['distributors']}" and not re.search(
        r"(customize|distribute|source|properties)=expr|copy-loop|type:\[", f"{row['features']};{row['odd']}"
    )


def source_of(row: dict[str, str]) -> str:
    return "" if row["source"] == "None" else row["source"]


@pytest.mark.parametrize("row", READABLE, ids=name)
def test_a_readable_file_gives_its_image_templates_or_says_why_not(row: dict[str, str]) -> None:
    """A template that is wrong is still described; one that is right can be planned."""
    reading = template.read(CORPUS / row["file"])
    assert reading.resources or reading.errors
    for each in reading.templates:
        plan.compile(each)


@pytest.mark.parametrize("row", [row for row in READABLE if is_literal(row)], ids=name)
def test_what_was_noted_about_a_file_is_what_is_read(row: dict[str, str]) -> None:
    """Source, customizers and distributors, where the file says them and no parameter does."""
    (resource,) = template.read(CORPUS / row["file"]).resources
    assert resource.source == source_of(row)
    assert counted(resource.customizers) == noted(row["customizers"])
    if "distribute is an object" not in row["odd"]:  # read as the array it should be; the note counts none
        assert counted(resource.distributors) == noted(row["distributors"])
    if row["os"] in ("Windows", "Linux") and resource.os:
        assert resource.os == row["os"]


@pytest.mark.parametrize("row", MALFORMED, ids=name)
def test_a_malformed_file_is_told_where_it_breaks(row: dict[str, str]) -> None:
    """Every fault has a line and a column inside the file, and none is a traceback."""
    path = CORPUS / row["file"]
    reading = template.read(path)
    lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    assert reading.errors
    for fault in reading.errors:
        assert 1 <= fault.line <= len(lines)
        assert fault.column >= 1
        assert fault.message
