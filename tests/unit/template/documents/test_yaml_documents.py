"""YAML as JSON in other clothes: the same values, bounded, and errors that name cause and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from aib_airflow.template.documents import SourceFile
from aib_airflow.template.documents.plain_json import MAX_DEPTH
from aib_airflow.template.faults import TemplateError


def read(text: str) -> object:
    return SourceFile(Path("web.yaml"), text).read_document(lenient=True).value


def fault(text: str) -> str:
    with pytest.raises(TemplateError) as raised:
        read(text)
    (said,) = raised.value.faults
    return str(said)


def test_words_and_dates_are_texts_as_in_json() -> None:
    """`no` is Norway, `22:30` a time of day, and `1_000` no number."""
    assert read("a: [no, 2026-01-01, 22:30, 1_000, 0x1F, 1e3, null, ~, true, '5', .5]") == {
        "a": ["no", "2026-01-01", "22:30", "1_000", "0x1F", 1000.0, None, None, True, "5", ".5"]
    }


def test_merge_keys_give_what_a_mapping_does_not_say_itself() -> None:
    """Own fields win, then the first mapping merged in; a quoted `<<` is a field like any other."""
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {z: 3, <<: [*a, *b]}\nd: {'<<': 4}"
    assert read(text) == {
        "a": {"x": 1, "y": 1},
        "b": {"y": 2, "z": 2},
        "c": {"x": 1, "y": 1, "z": 3},
        "d": {"<<": 4},
    }


def test_a_field_that_was_merged_in_is_found_where_it_is_written() -> None:
    """That is the line to mend."""
    file = SourceFile(Path("web.yaml"), "a: &a\n  x: 1\nb:\n  <<: *a\n")
    assert (file.fault(("b", "x"), "wrong").line, file.fault(("b",), "wrong").line) == (2, 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "a: 1\nb: 2\na: 3",
            "web.yaml:3:1: not YAML: 'a' is given twice, on lines 1 and 3; keep one of them",
        ),
        ("a: 1\n---\nb: 2", "web.yaml:2:1: not YAML: there is more than one document in this file; keep one"),
        ("a:\n\tb: 1", "web.yaml:2:1: not YAML: a tab begins this line or value; indent with spaces"),
        ("a: `x`", "web.yaml:1:4: not YAML: no text begins with '`'; put it in quotes: \"...\""),
        ("\u2028a: @x", "no text begins with '@'"),
        ("a: b: c", "web.yaml:1:5: not YAML: a field where none can be; align it, or put quotes around"),
        ("a: 1\n b: 2", "web.yaml:2:3: not YAML: a field where none can be; align it"),
        ("a: 1\nb\nc: 1", "not YAML: a field's name without ':'"),
        ("a: [1, 2\nb: 3", "not YAML: '[' is not closed, or a ',' is missing"),
        ("a: {b: 1\n", "not YAML: '{' is not closed, or a ',' is missing"),
        ('a: "C:\\Users"', "not YAML: a backslash in double quotes begins an escape; write '...' around it"),
        ('a: "b', "not YAML: a text has no closing quote; write it"),
        ("a: *b", "web.yaml:1:4: not YAML: this alias has no anchor before it"),
        ("a: {{ image }}", "not YAML: '{' begins an object here; put an expression in quotes"),
        ("a: !secret x", "web.yaml:1:4: not YAML: the tag !secret has no meaning here; remove it"),
        ("a: !!python/name:os.system x", "not YAML: the tag !!python/name:os.system has no meaning here"),
        ("a: !!int x", "not YAML: 'x' cannot be read as a number or boolean"),
        ("a: 1e999", "not YAML: '1e999' cannot be read as a number or boolean"),
        ("1: a", "web.yaml:1:1: not YAML: a field's name must be a text; put it in quotes"),
        ("a: {<<: 1}", "not YAML: '<<' merges what has no fields"),
        ("a: \x07", "web.yaml:1:4: not YAML: the character U+0007 is not allowed in YAML; remove it"),
        ("", "expected an object at the top of the file, found nothing"),
        ("- a", "expected an object at the top of the file, found an array"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_remedy(text: str, said: str) -> None:
    """In an author's words, not in the parser's."""
    assert said in fault(text)


@pytest.mark.parametrize("step", ["[", "- ", "{a: ", "? ", "[a, "])
def test_nesting_is_refused_before_the_parser_recurses(step: str) -> None:
    """libyaml's nodes are made by recursion in C, which ends the process and not the reading."""
    assert f"more than {MAX_DEPTH} levels" in fault("a:\n  " + step * 200_000)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "a: &a {<<: *a}",
        "a0: &a0 [x]\n" + "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(9)),
        "a0: &a0 {x: 1}\n"
        + "".join(f"a{n + 1}: &a{n + 1} {{<<: [{', '.join([f'*a{n}'] * 10)}]}}\n" for n in range(9)),
        "a:\n" + "- 1\n" * 100_000,
    ],
)
def test_aliases_and_merges_are_counted_as_often_as_they_are_used(text: str) -> None:
    """A few lines must not become millions of values."""
    assert "not YAML: there are more than" in fault(text)
