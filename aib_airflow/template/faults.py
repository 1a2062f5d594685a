"""What is wrong with a file, all of it at once, each fault with its place and its remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath


Severity = Literal["error", "warning"]
"""An error keeps a template from becoming a DAG; a warning says what will be done about it instead."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. Lines and columns count from 1; `path` is written like `.properties.customize[2].type`."""

    file: Path
    line: int
    column: int
    path: str
    message: str
    fix: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        """Write it as one line: `web.json:41:7: .properties.source: what; what to do`."""
        place = f"{self.file.name}:{self.line}:{self.column}: " + (f"{self.path}: " if self.path else "")
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
        self.faults = tuple(sorted(set(faults), key=lambda fault: (fault.line, fault.column, fault.path)))
        super().__init__("\n".join(map(str, self.faults)))


def path_text(path: DocumentPath) -> str:
    """Write a path as people do: `.properties.customize[2].type`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
