"""What could not be carried over as it was: every setting and step of that kind, with its place and a remedy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from aib_airflow.importers.packer.document import Place

Kind = Literal["left out", "changed", "not needed"]
"""Left out: the image will lack it. Changed: done in another way. Not needed: the engine does it by itself."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that the template has no word for, or another word."""

    place: Place
    kind: Kind
    message: str
    fix: str = ""

    def as_document(self) -> dict[str, Any]:
        """Return the note for a program."""
        return {
            "file": str(self.place.file),
            "line": self.place.line,
            "column": self.place.column,
            "path": self.place.path,
            "kind": self.kind,
            "message": self.message,
            "fix": self.fix,
        }


@dataclass(slots=True)
class Report:
    """The notes of one import; the same one is kept once."""

    notes: dict[Note, None] = field(default_factory=dict)

    def left_out(self, place: Place, message: str, fix: str = "") -> None:
        """Say what the image will lack."""
        self.notes[Note(place, "left out", message, fix)] = None

    def changed(self, place: Place, message: str, fix: str = "") -> None:
        """Say what is done in another way."""
        self.notes[Note(place, "changed", message, fix)] = None

    def not_needed(self, place: Place, message: str, fix: str = "") -> None:
        """Say what the engine does by itself."""
        self.notes[Note(place, "not needed", message, fix)] = None

    def in_order(self) -> list[Note]:
        """Return the notes as the files have them."""
        return sorted(self.notes, key=lambda note: (str(note.place.file), note.place.line, note.place.column))
