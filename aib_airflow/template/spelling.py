"""How the author wrote what the models know under another name or in another form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath


@dataclass(frozen=True, slots=True)
class Spelling:
    """The differences between a document in the models' form and the author's.

    `names` are fields that the author wrote otherwise, `brackets` the arrays around a value that the author
    wrote alone.
    """

    names: dict[DocumentPath, str] = field(default_factory=dict)
    brackets: set[DocumentPath] = field(default_factory=set)

    def as_written(self, path: DocumentPath) -> DocumentPath:
        """Return a path of the models' form as it is in the author's text."""
        return tuple(
            self.names.get(path[: depth + 1], part)
            for depth, part in enumerate(path)
            if path[:depth] not in self.brackets
        )
