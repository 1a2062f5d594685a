"""Broken JSON: the place where it breaks, and a guess at what its author meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from aib_airflow.template.documents import SourceFile
from aib_airflow.template.faults import Fault, TemplateError

MALFORMED = Path(__file__).parents[5] / "shared" / "corpus" / "aib" / "malformed"


def faults(text: str) -> list[Fault]:
    try:
        return list(SourceFile(Path("web.json"), text).read_document(lenient=True).remarks)
    except TemplateError as error:
        return list(error.faults)


@pytest.mark.parametrize(
    ("text", "place", "guess"),
    [
        ('{"a": "2019,\n "b": 1}', "1:7", "the text that begins on line 1 has no closing quote"),
        ('{"a": "b}\n', "1:7", "the text that begins here has no closing quote"),
        ('{"a": "say "hi" to"}', "1:12", 'a quote within a text is written \\"'),
        ('{"a": ["b" +\n"c"]}', "1:12", "JSON cannot join texts with +"),
        ("{/* a", "1:2", "the comment that begins here does not end"),
        ('{"a": 1 # b\n}', "1:9", "they begin with // here"),
        ('{"a" = 1}', "1:6", "a field's name and value are separated by ':'"),
        ('{"a": 1,, "b": 2}', "1:9", "there is one ',' too many"),
        ('{"a": [1,,2]}', "1:10", "there is one ',' too many"),
        ('{"a": {\n x\n}}', "2:2", 'write a field as "name": value, or remove this'),
        ('{"a": ["b": 1]}', "1:11", "fields belong in an object"),
        ('{{"a": 1}}', "1:2", "write a field's name and ':' before this bracket"),
        ('{"a": concat("b")}', "1:7", "write texts in double quotes"),
        ('{"a": "[concat(1)"],\n"b": 1}', "1:18", "the ']' of an expression comes before the closing quote"),
        ('{"a": {"b": [1, 2}}', "1:18", "'[' of line 1 is not closed: write ']'"),
        ('{"a": [{"b": 1},\n}]}', "2:1", "remove this '}', or write what it should close"),
        ('{"a": {\n"b": 1', "2:7", "'{' of line 1 is not closed"),
        ('{"a": 1}}', "1:9", "remove this '}'"),
        ('{"a": 1}\n{"b": 2}', "2:1", "a closing bracket before this is one too many"),
        ('{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> b\n}', "2:1", "this is a conflict that git left"),
        ('{"a": 1,\n=======\n"b": 2}', "2:1", "this is a conflict that git left"),
    ],
)
def test_a_break_is_shown_at_its_place_with_a_guess_at_its_cause(text: str, place: str, guess: str) -> None:
    """Each is a mistake that people make by hand, or that an editor or a merge makes for them."""
    fault = faults(text)[-1]
    assert (f"{fault.line}:{fault.column}", guess) == (place, guess if guess in fault.fix else fault.fix)
    assert fault.message.startswith("not JSON: expected ")


def test_the_bracket_that_is_not_closed_is_told_by_the_lines_indentation() -> None:
    """The parser only sees that one is missing at the end; an author sees which."""
    text = '{\n  "a": {\n    "b": {\n      "c": 1\n  },\n  "d": 2\n}\n'
    (fault,) = faults(text)
    assert (fault.line, fault.column) == (7, 2)
    assert fault.fix == "'{' of line 3 seems not to be closed before line 5: write '}'"


def test_bad_alignment_that_closes_in_its_place_is_not_blamed() -> None:
    """`a` is badly aligned and closed all the same; what is not closed is `b`."""
    text = '{\n    "x": {\n        "a": {\n      }\n    },\n    "b": {\n        "c": 1\n}\n'
    (fault,) = faults(text)
    assert "of line 6 seems" in fault.fix


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "the file is empty"),
        ("\ufeff \r\n", "the file is empty"),
        ("PK\x03\x04", "the file is no text"),
        ("<!DOCTYPE html>\n<html>", "this looks like a web page"),
        ('<?xml version="1.0"?>', "this looks like XML"),
        ("version https://git-lfs.github.com/spec/v1\n", "this looks like a Git LFS pointer"),
        ("<<<<<<< HEAD\n{", "this looks like a conflict that git left"),
        ("# set up\n$rg = 'x'\n", "this looks like a script"),
        ("#!/bin/bash\n", "this looks like a script"),
        ("Connect-AzAccount\n", "this looks like a script"),
        ("// c\nparam location string\n", "this looks like Bicep"),
        ("@description('x')\nparam a string", "this looks like Bicep"),
        (
            "resource aib 'Microsoft.VirtualMachineImages/imageTemplates@2022-02-14' = {",
            "this looks like Bicep",
        ),
        ('# tf\nresource "azurerm_x" "y" {\n', "this looks like Terraform"),
        ("terraform {\n", "this looks like Terraform"),
        ("properties:\n  source:\n", "this looks like YAML"),
        ("---\na: 1\n", "this looks like YAML"),
        ('ema": "https://schema"', "the file's beginning is missing"),
        ("x", "expected '{' first, found 'x'"),
    ],
)
def test_what_is_no_json_at_all_is_called_by_its_name(text: str, kind: str) -> None:
    """A file that was saved, downloaded or renamed wrongly."""
    (fault,) = faults(text)
    assert fault.message.startswith(f"not JSON: {kind}")


def test_errors_before_the_break_are_told_with_it() -> None:
    """One reading, every fault that can be known."""
    first, second, broken = faults('{"a": <x>\n "b": 1,, }')
    assert (first.message, second.message) == (
        "unquoted placeholder <x>",
        "a ',' is missing after this value",
    )
    assert "found ','" in broken.message


@pytest.mark.skipif(not MALFORMED.is_dir(), reason=f"needs the corpus of real templates at {MALFORMED}")
def test_every_malformed_file_of_the_corpus_gets_a_place_and_a_remedy() -> None:
    """Not one is read without an error, and not one error leaves its author alone."""
    for path in MALFORMED.iterdir():
        file = SourceFile.read(path)
        found = [fault for fault in faults(file.text) if fault.severity == "error"]
        assert found, path.name
        assert all(fault.fix and 1 <= fault.line <= file.text.count("\n") + 1 for fault in found), found
