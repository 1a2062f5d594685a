"""JSON as people write it: what is read, what is said about it, and that nothing is said of good JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aib_airflow.template.documents import Document, SourceFile
from aib_airflow.template.documents.lenient_json import read_json
from aib_airflow.template.documents.plain_json import MAX_DEPTH, MAX_VALUES, read_plain_json
from aib_airflow.template.faults import TemplateError


def document(text: str, *, lenient: bool = True) -> Document:
    return SourceFile(Path("web.json"), text).read_document(lenient=lenient)


def remarks(text: str, *, lenient: bool = True) -> list[str]:
    return [str(fault).removeprefix("web.json:") for fault in document(text, lenient=lenient).remarks]


@pytest.mark.parametrize(
    ("text", "value", "remark"),
    [
        (
            '{"a": 1 // one\n/* two */}',
            1,
            "1:9: warning: comments are not JSON (2 places, the first one here)",
        ),
        ('{"a": [1, 2, ],}', [1, 2], "1:12: warning: a ',' before a closing bracket is not JSON (2 places"),
        ('{"a": "b\nc"}', "b\nc", "1:9: warning: a text over several lines is not JSON; write \\n"),
        ('{"a": "b\tc"}', "b\tc", "1:9: warning: a tab in a text is not JSON; write \\t"),
        ('{"a": "b\x01c"}', "b\x01c", "1:9: warning: a control character in a text is not JSON"),
        ('{\u00a0"a": 1}', 1, "1:2: warning: spaces that are not JSON's, most likely copied from a web page"),
    ],
)
def test_an_oddity_is_read_with_one_warning_a_kind_and_refused_strictly(
    text: str, value: Any, remark: str
) -> None:
    """The text counts; what strict JSON says about it is told once."""
    assert document(text).value == {"a": value}
    (said,) = remarks(text)
    assert said.startswith(remark)
    assert remarks(text, lenient=False) == [said.replace("warning: ", "")]


def test_a_windows_path_with_single_backslashes_is_warned_of_though_it_is_json() -> None:
    """`C:\\temp` has a tab in it, which nobody finds by looking."""
    text = '{"a": "mkdir C:\\temp", "b": "C:\\\\temp"}'
    assert document(text).value == {"a": "mkdir C:\temp", "b": "C:\\temp"}
    assert remarks(text) == remarks(text, lenient=False)
    assert remarks(text)[0].startswith("1:16: warning: a backslash in a Windows path is an escape here")


def test_signs_within_texts_are_no_comments() -> None:
    """URLs have two slashes, globs a slash and a star."""
    assert remarks('{"a": "https://host/*", "b": "*/ , ]"}') == []


def test_a_field_given_twice_is_named_with_both_lines_and_the_last_one_counts() -> None:
    """As Azure reads it; names that differ in case are two names."""
    text = '{"a": 1,\n "A": 2,\n "a": 3}'
    assert document(text).value == {"a": 3, "A": 2}
    expected = "3:2: .a: warning: 'a' is given twice, on lines 1 and 3; the last one counts; keep one of them"
    assert remarks(text) == remarks(text, lenient=False) == [expected]


@pytest.mark.parametrize(
    ("written", "value", "message"),
    [
        ("<replace me>", "<replace me>", "unquoted placeholder <replace me>"),
        ("#{size}#", "#{size}#", "unquoted placeholder #{size}#"),
        ("$(size)", "$(size)", "unquoted placeholder $(size)"),
        ("__SIZE__", "__SIZE__", "unquoted placeholder __SIZE__"),
        ("{{ size }}", "{{ size }}", "unquoted placeholder {{ size }}"),
        ('${join(",", var.regions)}', '${join(",", var.regions)}', "unquoted placeholder ${join("),
        ("'size'", "size", 'a text is in single quotes; write double quotes: "size"'),
        ("\u201csize\u201d", "size", "a text is in typographic quotes"),
        ("westus2", "westus2", "'westus2' is in no quotes"),
        ("True", "True", "'True' is not JSON; write true"),
        ("None", "None", "'None' is not JSON; write null"),
        ("NaN", "NaN", "NaN is no JSON number"),
        ("-Infinity", "-Infinity", "-Infinity is no JSON number"),
        ("007", "007", "'007' is no JSON number"),
        ("1e999", 0, "this number is too large"),
        ("9" * 5000, 0, "this number is too large"),
        (
            '"C:\\Users"',
            "C:\\Users",
            "'\\U' in a text means nothing in JSON; write each backslash twice: \\\\",
        ),
        ('"\\ud800"', "\N{REPLACEMENT CHARACTER}", "half a character"),
    ],
)
@pytest.mark.parametrize("lenient", [True, False])
def test_a_wrong_value_is_an_error_and_reading_goes_on(
    written: str,
    value: Any,
    message: str,
    lenient: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """What comes after it is read too, so that a file's other faults are found at once."""
    read = document(f'{{"a": {written},\n "z": 1}}', lenient=lenient)
    assert read.value == {"a": value, "z": 1}
    (fault,) = read.remarks
    assert (fault.severity, fault.line, fault.path) == ("error", 1, ".a")
    assert message in str(fault)


def test_missing_commas_are_each_pointed_at_behind_the_value_before_them() -> None:
    """That is where they belong, and not on the next line."""
    text = '{"a": "b"\n "c": [1\n {} "x"]\n "d": {}}'
    assert document(text + "").value["d"] == {}
    assert [said.split(": ", 1)[0] for said in remarks(text.replace("1\n", "{}\n"))] == [
        "1:10",
        "2:10",
        "3:4",
        "3:9",
    ]


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    )
)
def test_good_json_is_read_as_the_standard_library_reads_it_without_remarks(value: Any) -> None:
    """The fast reader and the one that explains agree; nothing is said of JSON that is beyond reproach."""
    if isinstance(value, str | int | float | None):
        value = [value]
    text = json.dumps(value, ensure_ascii=False)
    reading = read_json(text)
    assert reading.value == value == read_plain_json(text)
    assert reading.remarks == ()


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_nesting_is_bounded_with_a_clear_error(opening: str, closing: str) -> None:
    """A hundred brackets are read; the next one, or a million, are refused without a traceback."""
    deepest = '{"x":' + opening * (MAX_DEPTH - 1) + "1" + closing * (MAX_DEPTH - 1) + "}"
    assert remarks(deepest) == []
    for count in (MAX_DEPTH, 200_000):
        with pytest.raises(TemplateError, match="brackets are nested more than 100 deep"):
            document('{"x":' + opening * count + "1" + closing * count + "}")


@pytest.mark.parametrize("item", ["1", "{}", "<x>", "'x'", '"x" "x"'])
def test_the_number_of_values_is_bounded(item: str) -> None:
    """A small file cannot keep the DAG processor busy."""
    with pytest.raises(TemplateError, match=f"more than {MAX_VALUES} values"):
        document('{"a": [' + ",".join([item] * (MAX_VALUES + 1)) + "]}")


def test_a_mistake_made_everywhere_is_listed_a_hundred_times() -> None:
    """A list that nobody reads to its end helps nobody."""
    said = remarks('{"a": [' + "'x'," * 500 + "1]}")
    assert len(said) == 101
    assert "there are more mistakes, which are not listed" in said[-1]
