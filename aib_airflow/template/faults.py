"""What is wrong with a file, all of it at once, each fault with its place and its remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. Lines and columns count from 1; `path` is written like `.properties.customize[2].type`."""

    file: Path
    line: int
    column: int
    path: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        """Write it as one line: `web.json:41: .properties.source: what; what to do`."""
        place = f"{self.file.name}:{self.line}" + (f": {self.path}" if self.path else f":{self.column}")
        return f"{place}: {self.message}" + (f"; {self.fix}" if self.fix else "")


class TemplateError(Exception):
    """A template or pipeline file is wrong; `faults` has everything that was found, in the file's order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults), key=lambda fault: (fault.line, fault.column, fault.path)))
        super().__init__("\n".join(map(str, self.faults)))


def path_text(path: DocumentPath) -> str:
    """Write a path as people do: `.properties.customize[2].type`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
