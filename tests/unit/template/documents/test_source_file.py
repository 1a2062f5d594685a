"""Files in: whatever encoding an editor on Windows chose, and one object at the top."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

import pytest

from aib_airflow.template.documents import MAX_FILE_BYTES, SourceFile
from aib_airflow.template.faults import TemplateError

TEXT = '{"name": "wéb"}'


def says(path: Path, *, lenient: bool = True) -> list[str]:
    """Return every remark about a file, or why it cannot be read."""
    try:
        return [str(fault) for fault in SourceFile.read(path).read_document(lenient=lenient).remarks]
    except TemplateError as error:
        return [str(fault) for fault in error.faults]


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[..., Path]:
    def write(content: bytes, name: str = "web.json") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode("utf-16-le"), "UTF-16-LE"),
        (TEXT.encode("utf-16-be"), "UTF-16-BE"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "UTF-16-LE"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "UTF-16-BE"),
        (TEXT.encode("utf-32-le"), "UTF-32-LE"),
        (codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"), "UTF-32-BE"),
    ],
)
def test_a_wide_encoding_is_recognised_with_a_mark_and_without(
    content: bytes, encoding: str, file_of: Callable[..., Path]
) -> None:
    """PowerShell's `>` writes UTF-16; lenient readers say so, strict ones refuse it."""
    path = file_of(content)
    assert SourceFile.read(path).read_document(lenient=True).value == {"name": "wéb"}
    remark = f"the file is {encoding}; JSON that is exchanged is UTF-8; save the file as UTF-8"
    assert says(path) == [f"web.json:1:1: warning: {remark}"]
    assert says(path, lenient=False) == [f"web.json:1:1: {remark}"]


@pytest.mark.parametrize("lenient", [True, False])
def test_a_byte_order_mark_and_carriage_returns_are_nobodys_fault(
    lenient: bool,  # noqa: FBT001 - a parameter of the test
    file_of: Callable[..., Path],
) -> None:
    """They come with an editor, and every reader of JSON copes."""
    assert says(file_of(codecs.BOM_UTF8 + b'{\r\n"a": 1\r\n}\r\n'), lenient=lenient) == []


def test_a_byte_that_is_no_text_is_shown_at_its_place(file_of: Callable[..., Path]) -> None:
    """Columns count characters, not bytes."""
    path = file_of('{\n"é": "'.encode() + b"\xff")
    assert says(path) == ["web.json:2:7: is not UTF-8: byte 10 is 0xff; save the file as UTF-8"]


def test_a_file_larger_than_azure_takes_is_not_read(file_of: Callable[..., Path]) -> None:
    """One byte more than the limit is too many."""
    (said,) = says(file_of(b" " * (MAX_FILE_BYTES + 1)))
    assert "is larger than 4194304 bytes" in said


def test_a_path_that_cannot_be_opened_is_a_fault(tmp_path: Path) -> None:
    """Nothing there, a folder, and a name that no system has."""
    assert "No such file" in says(tmp_path / "web.json")[0]
    assert "Is a directory" in says(tmp_path)[0]
    assert "null" in says(Path("a\0b.json"))[0]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("[{}]", "an array"), ('"a"', "a text"), ("1", "a number"), ("null", "nothing"), ("true", "true")],
)
def test_only_an_object_is_a_document(text: str, kind: str, file_of: Callable[..., Path]) -> None:
    """Whatever else JSON can be, it is no template."""
    (said,) = says(file_of(text.encode()))
    assert f"expected an object at the top of the file, found {kind}" in said


@pytest.mark.parametrize("name", ["web.json", "web.yaml"])
def test_a_fault_is_placed_at_its_field_or_the_nearest_one_around_it(
    name: str, file_of: Callable[..., Path]
) -> None:
    """JSON with comments and YAML alike; a path that is not written points at what should hold it."""
    text = (
        b'{\n  # no\n  "a": [\n    {"b": 1}]\n}'
        if name.endswith("yaml")
        else b'{\n  // no\n  "a": [\n    {"b": 1},]\n}'
    )
    file = SourceFile.read(file_of(text, name))
    places = [(fault.line, fault.column) for fault in map(file.fault, PATHS, PATHS_MESSAGES)]
    assert places == [(1, 1), (3, 3), (4, 5), (4, 6), (4, 5)]


PATHS = [(), ("a",), ("a", 0), ("a", 0, "b"), ("a", 0, "c", "d")]
PATHS_MESSAGES = ["wrong"] * len(PATHS)
