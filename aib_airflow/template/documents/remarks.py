"""What is to be said about how a text is written: each kind of oddity once a file, each mistake by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath

_ODDITIES = {
    "comment": ("comments are not JSON", "strict readers refuse them: remove them"),
    "space": ("spaces that are not JSON's, most likely copied from a web page", "write plain spaces"),
    "trailing comma": ("a ',' before a closing bracket is not JSON", "remove it"),
    "line break": ("a text over several lines is not JSON", "write \\n in one line"),
    "tab": ("a tab in a text is not JSON", "write \\t"),
    "control": ("a control character in a text is not JSON", "remove it, or write it as \\u and four digits"),
    "path": ("a backslash in a Windows path is an escape here: \\t is a tab, \\n a line break", "write \\\\"),
}
_JSON_ALL_THE_SAME = {"path"}

MAX_REMARKS = 100
"""Mistakes that are listed; whoever made more than these has made one of them everywhere."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say about the place at `offset`; an oddity is an error only to a strict reader."""

    offset: int
    path: DocumentPath
    message: str
    fix: str
    severity: Literal["error", "warning", "oddity"]


class Remarks:
    """The remarks about one text, as they come up."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._said: list[Remark] = []
        self._oddities: dict[str, tuple[int, int]] = {}  # kind: the first one's offset, and how many

    def note(self, kind: str, offset: int) -> None:
        """Count an oddity, one of those known above."""
        first, count = self._oddities.get(kind, (offset, 0))
        self._oddities[kind] = (first, count + 1)

    def error(self, path: DocumentPath, offset: int, message: str, fix: str) -> None:
        """Say what is wrong, though reading goes on."""
        self._say(Remark(offset, path, message, fix, "error"))

    def repeat(self, path: DocumentPath, offset: int, first_offset: int) -> None:
        """Say that a field is given again."""
        if len(self._said) <= MAX_REMARKS:  # counting lines takes its time
            lines = f"on lines {self._line(first_offset)} and {self._line(offset)}"
            message = f"'{path[-1]}' is given twice, {lines}; the last one counts"
            self._say(Remark(offset, path, message, "keep one of them", "warning"))

    def all(self) -> tuple[Remark, ...]:
        """Return every remark made so far."""
        return (*self._said, *self._odd())

    def errors(self) -> tuple[Remark, ...]:
        """Return what is wrong for every reader."""
        return tuple(each for each in self._said if each.severity == "error")

    def _say(self, remark: Remark) -> None:
        if len(self._said) < MAX_REMARKS:
            self._said.append(remark)
        elif len(self._said) == MAX_REMARKS:
            more = "there are more mistakes, which are not listed"
            self._said.append(Remark(remark.offset, (), more, "mend these first", "error"))

    def _odd(self) -> Iterator[Remark]:
        for kind, (offset, count) in self._oddities.items():
            message, fix = _ODDITIES[kind]
            places = "" if count == 1 else f" ({count} places, the first one here)"
            severity: Literal["warning", "oddity"] = "warning" if kind in _JSON_ALL_THE_SAME else "oddity"
            yield Remark(offset, (), message + places, fix, severity)

    def _line(self, offset: int) -> int:
        return self._text.count("\n", 0, offset) + 1
