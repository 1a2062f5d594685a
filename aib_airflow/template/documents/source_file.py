"""Files as text, and text as documents: JSON as people write it, and YAML, which here means JSON's values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aib_airflow.template.documents.file_text import decode, place_of_byte
from aib_airflow.template.documents.lenient_json import read_json
from aib_airflow.template.documents.malformed import BreakError
from aib_airflow.template.documents.plain_json import read_plain_json
from aib_airflow.template.documents.positions import PathInText, place_of
from aib_airflow.template.documents.remarks import Remark
from aib_airflow.template.documents.yaml_documents import load_yaml
from aib_airflow.template.documents.yaml_errors import YamlBreakError
from aib_airflow.template.faults import START, Fault, Severity, TemplateError, path_text

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath

MAX_FILE_BYTES = 4 * 1024 * 1024
"""Azure's own limit for a template."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and what is to be said about its spelling: warnings, and errors that stopped nothing."""

    value: Any
    remarks: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file as it was read; everything said about it later refers to this text, whatever the disk has."""

    path: Path
    text: str
    encoding: str = "UTF-8"

    @classmethod
    def read(cls, path: Path) -> SourceFile:
        """Read a file in UTF-8, UTF-16 or UTF-32, with or without byte order mark. Raises TemplateError."""
        try:
            with path.open("rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
        except (OSError, ValueError) as failure:  # a name with a NUL in it is a ValueError
            raise _file_error(path, f"cannot be read: {getattr(failure, 'strerror', failure)}") from None
        if len(content) > MAX_FILE_BYTES:
            raise _file_error(path, f"is larger than {MAX_FILE_BYTES} bytes, Azure's limit for a template")
        try:
            return cls(path, *decode(content))
        except UnicodeDecodeError as failure:
            message = f"is not {failure.encoding.upper()}: byte {failure.start + 1} is {content[failure.start]:#04x}"
            place = place_of_byte(content, failure.start)
            raise _file_error(path, message, "save the file as UTF-8", place) from None

    @property
    def is_yaml(self) -> bool:
        """Whether the file's name says YAML."""
        return self.path.suffix.lower() in (".yaml", ".yml")

    def read_document(self, *, lenient: bool, may_be_array: bool = False) -> Document:
        """Read the text as one object; what JSON does not allow is an error unless `lenient`.

        Raises TemplateError where the text breaks off, with the place, what was expected, and a guess at the
        cause.
        """
        value, remarks = self._read_yaml() if self.is_yaml else self._read_json(lenient=lenient)
        faults = [*remarks, *self._encoding_faults(lenient=lenient)]
        if not isinstance(value, dict) and not (may_be_array and isinstance(value, list)):
            message = f"expected an object at the top of the file, found {_kind(value)}"
            raise TemplateError([*faults, Fault(self.path, START, "", message, "a template is one object")])
        return Document(value, tuple(faults))

    def fault(self, path: DocumentPath, message: str, fix: str = "", severity: Severity = "error") -> Fault:
        """Make a fault at `path`, or at the nearest place around it that the text has."""
        place = PathInText(self.text, path, is_yaml=self.is_yaml)
        return Fault(self.path, place, path_text(path), message, fix, severity)

    def _read_json(self, *, lenient: bool) -> tuple[Any, Iterable[Fault]]:
        try:
            return read_plain_json(self.text), ()
        except ValueError:
            pass  # it is not plain, so that there is something to say about it
        try:
            reading = read_json(self.text)
        except BreakError as wrong:
            place = place_of(self.text, wrong.offset)
            break_fault = Fault(
                self.path, place, path_text(wrong.path), f"not JSON: {wrong.message}", wrong.fix
            )
            raise TemplateError([*self._remarks(wrong.remarks, lenient=lenient), break_fault]) from None
        return reading.value, self._remarks(reading.remarks, lenient=lenient)

    def _read_yaml(self) -> tuple[Any, Iterable[Fault]]:
        try:
            return load_yaml(self.text), ()
        except YamlBreakError as wrong:
            message = f"not YAML: {wrong.message}"
            raise TemplateError([Fault(self.path, wrong.place, "", message, wrong.fix)]) from None

    def _remarks(self, remarks: Iterable[Remark], *, lenient: bool) -> Iterator[Fault]:
        for each in remarks:
            odd: Severity = "warning" if lenient else "error"
            severity = odd if each.severity == "oddity" else each.severity
            place = place_of(self.text, each.offset)
            yield Fault(self.path, place, path_text(each.path), each.message, each.fix, severity)

    def _encoding_faults(self, *, lenient: bool) -> Iterator[Fault]:
        if self.encoding != "UTF-8":
            message = f"the file is {self.encoding}; JSON that is exchanged is UTF-8"
            severity: Severity = "warning" if lenient else "error"
            yield Fault(self.path, START, "", message, "save the file as UTF-8", severity)


def _file_error(path: Path, message: str, fix: str = "", place: tuple[int, int] = (1, 1)) -> TemplateError:
    return TemplateError([Fault(path, place, "", message, fix)])


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    return {list: "an array", str: "a text", bool: "true or false"}.get(type(value), "a number")
