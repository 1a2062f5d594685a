"""What YAML's parser stumbles over, in words that name the cause and the remedy."""

from __future__ import annotations

import re
from typing import Any

import yaml


class YamlBreakError(Exception):
    """The text is no document, from this line and column on."""

    def __init__(self, place: tuple[int, int], message: str, fix: str = "") -> None:
        self.place, self.message, self.fix = place, message, fix
        super().__init__(message)


_LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")  # as YAML counts lines
_INDENT = "align it with the lines around it"
_REMEDIES = (
    (r"another document", "there is more than one document in this file", "keep one, without '---' after it"),
    (
        r"mapping values are not allowed",
        "a field where none can be",
        'align it, or put quotes around a text with ": "',
    ),
    (
        r"could not find expected ':'",
        "a field's name without ':'",
        "write name: value, or indent a text that goes on",
    ),
    (
        r"expected ',' or '\]'",
        "'[' is not closed, or a ',' is missing",
        "write one item after the other: [a, b]",
    ),
    (r"expected ',' or '\}'", "'{' is not closed, or a ',' is missing", "write {a: 1, b: 2}"),
    (r"did not find expected key", "this line fits neither the lines above nor below", _INDENT),
    (r"expected '-' indicator", "this line is among a list's items and begins with no '-'", _INDENT),
    (r"block sequence entries", "a list's item where none can be", "begin the list in a line of its own"),
    (r"undefined alias", "this alias has no anchor before it", "write &name where the value is, then *name"),
    (
        r"unknown escape|hexdecimal",
        "a backslash in double quotes begins an escape",
        "write '...' around it, or \\\\",
    ),
    (r"unexpected end of stream", "a text has no closing quote", "write it"),
    (r"indentation|nesting|recursion", "values are nested too deeply", "write it flatter"),
)


def place_of_mark(mark: Any) -> tuple[int, int]:
    """Return line and column, from 1; the first ones where the parser has none."""
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def explain_yaml(text: str, failure: yaml.YAMLError) -> YamlBreakError:
    """Return what `failure` means to the author of `text`."""
    if not isinstance(failure, yaml.MarkedYAMLError):
        return _explain_character(text, failure)
    problem = failure.problem or str(failure)
    mark = failure.problem_mark or failure.context_mark
    place = place_of_mark(mark)
    if "start any token" in problem:
        return _explain_sign(text, place)
    for pattern, message, fix in _REMEDIES:
        if re.search(pattern, problem):
            return YamlBreakError(place, message, fix)
    return YamlBreakError(place, problem)


def _explain_sign(text: str, place: tuple[int, int]) -> YamlBreakError:
    lines = _LINE_BREAK.split(text)
    sign = "".join(lines[place[0] - 1 : place[0]])[place[1] - 1 : place[1]]
    if sign == "\t":
        return YamlBreakError(place, "a tab begins this line or value", "indent with spaces")
    return YamlBreakError(place, f"no text begins with '{sign}'", 'put it in quotes: "..."')


def _explain_character(text: str, failure: yaml.YAMLError) -> YamlBreakError:
    found = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    if not found:
        return YamlBreakError((1, 1), str(failure).splitlines()[0])
    line = text.count("\n", 0, found.start()) + 1
    column = found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1
    message = f"the character U+{ord(found.group()):04X} is not allowed in YAML"
    return YamlBreakError((line, column), message, "remove it")
