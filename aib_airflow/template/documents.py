"""Files as text, and text as JSON objects: JSON and YAML, which here means JSON's values in YAML's clothes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

from aib_airflow.template.faults import Fault, Severity, TemplateError, path_text
from aib_airflow.template.positions import Position, find_position
from aib_airflow.template.yaml_documents import YamlTooLargeError, load_yaml

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath

MAX_FILE_BYTES = 4 * 1024 * 1024
"""Azure's own limit for a template."""

_EXPECTATIONS = {
    "Expecting value": "expected a value",
    "Expecting ',' delimiter": "expected ',' or a closing bracket after a value",
    "Expecting ':' delimiter": "expected ':' after a field's name",
    "Expecting property name enclosed in double quotes": "expected a field's name in double quotes",
    "Illegal trailing comma before end of object": "expected a field's name in double quotes after ','",
    "Illegal trailing comma before end of array": "expected a value after ','",
    "Extra data": "expected the end of the file after the closing bracket",
    "Unterminated string starting at": "expected a closing quote for the text that begins here",
    "Invalid control character at": "expected a closing quote before the end of the line",
    "Invalid \\escape": "expected a valid escape: a backslash in a text is written \\\\",
}


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and what is to be said about its spelling: warnings, and errors that kept nothing from being read."""

    value: dict[str, Any]
    remarks: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file as it was read; everything said about it later refers to this text, whatever the disk has."""

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path) -> SourceFile:
        """Read a UTF-8 file, with or without byte order mark. Raises TemplateError."""
        try:
            content = path.read_bytes()
        except OSError as failure:
            raise _whole_file_error(path, f"cannot be read: {failure.strerror}") from None
        if len(content) > MAX_FILE_BYTES:
            raise _whole_file_error(
                path, f"is larger than {MAX_FILE_BYTES} bytes, Azure's limit for a template"
            )
        try:
            return cls(path, content.decode("utf-8-sig"))
        except UnicodeDecodeError as failure:
            message = f"is not UTF-8: byte {failure.start + 1} is {content[failure.start]:#04x}"
            raise _whole_file_error(path, message, "save the file as UTF-8") from None

    @property
    def is_yaml(self) -> bool:
        """Whether the file's name says YAML."""
        return self.path.suffix.lower() in (".yaml", ".yml")

    def read_document(self, *, lenient: bool) -> Document:
        """Read the text as one object. Raises TemplateError with line, column and what was expected."""
        try:
            document = load_yaml(self.text) if self.is_yaml else json.loads(self.text, parse_constant=_refuse)
        except json.JSONDecodeError as wrong:
            raise self._syntax_error((wrong.lineno, wrong.colno), _expectation(wrong)) from None
        except yaml.MarkedYAMLError as wrong:
            mark = wrong.problem_mark or wrong.context_mark
            place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise self._syntax_error(place, wrong.problem or str(wrong)) from None
        except (ValueError, yaml.YAMLError, YamlTooLargeError) as wrong:
            raise self._syntax_error((1, 1), str(wrong)) from None
        except RecursionError:
            raise self._syntax_error((1, 1), "brackets are nested too deeply") from None
        if not isinstance(document, dict):
            raise self._syntax_error((1, 1), "expected an object at the top of the file")
        return Document(document)

    def fault(
        self, path: DocumentPath, message: str, fix: str = "", severity: Severity = "error"
    ) -> Fault:
        """Make a fault at `path`, or at the nearest place around it that the text has."""
        line, column = find_position(self.text, path, is_yaml=self.is_yaml)
        return Fault(self.path, line, column, path_text(path), message, fix, severity)

    def _syntax_error(self, place: Position, message: str) -> TemplateError:
        kind = "YAML" if self.is_yaml else "JSON"
        return TemplateError([Fault(self.path, *place, "", f"not {kind}: {message}")])


def _whole_file_error(path: Path, message: str, fix: str = "") -> TemplateError:
    return TemplateError([Fault(path, 1, 1, "", message, fix)])


def _expectation(wrong: json.JSONDecodeError) -> str:
    found = (wrong.doc[wrong.pos : wrong.pos + 12].splitlines() or [""])[0]
    expected = _EXPECTATIONS.get(wrong.msg, wrong.msg)
    return f"{expected}, found {found}" if found.isprintable() and found else expected


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
