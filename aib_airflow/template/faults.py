"""What is wrong with a file, all of it at once, each fault with its place and its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath


_SHOWN = 80

MAX_FAULTS = 500
"""Faults of one file that are told."""

Severity = Literal["error", "warning"]
"""An error keeps a template from becoming a DAG; a warning says what will be done about it instead."""


Position = tuple[int, int]
"""Line and column, from 1."""

START: Position = (1, 1)
"""Where a fault is that concerns a whole file."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `path` is written like `.properties.customize[2].type`.

    `place` is its position or finds it when somebody asks: to find one takes longer than to read a file, and
    the warnings of a template that becomes a DAG are asked by nobody.
    """

    file: Path
    place: Position | Callable[[], Position]
    path: str
    message: str
    fix: str = ""
    severity: Severity = "error"

    @property
    def position(self) -> Position:
        """Line and column, from 1."""
        return self.place if isinstance(self.place, tuple) else self.place()

    @property
    def line(self) -> int:
        """The line, from 1."""
        return self.position[0]

    @property
    def column(self) -> int:
        """The column, from 1."""
        return self.position[1]

    def __str__(self) -> str:
        """Write it as one line: `web.json:41:7: .properties.source: what; what to do`."""
        line, column = self.position
        place = f"{self.file.name}:{line}:{column}: " + (f"{self.path}: " if self.path else "")
        mark = "warning: " if self.severity == "warning" else ""
        return f"{place}{mark}{self.message}" + (f"; {self.fix}" if self.fix else "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about a document that is not yet about a file: `path` is what a fault's place comes from."""

    path: DocumentPath
    message: str
    fix: str = ""
    severity: Severity = "error"


class TemplateError(Exception):
    """A template or pipeline file is wrong; `faults` has everything that was found, in the file's order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.position, fault.path)))
        super().__init__("\n".join(map(str, self.faults)))


def shortened(text: str) -> str:
    """Return a text as a message shows it: its beginning, if it is long."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def path_text(path: DocumentPath) -> str:
    """Write a path as people do: `.properties.customize[2].type`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
