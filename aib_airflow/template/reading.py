"""Everything one file says: its templates, or what can be told of them, and all that is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aib_airflow.template.faults import TemplateError

if TYPE_CHECKING:
    from aib_airflow.template.documents import SourceFile
    from aib_airflow.template.faults import Fault
    from aib_airflow.template.model import ImageTemplate


@dataclass(frozen=True, slots=True)
class ResourceSummary:
    """What can be said of one image template, whole or not: the types in it, as the file spells them.

    A type that only a parameter decides is written as its expression. `os` is Linux, Windows, or empty where
    nothing tells.
    """

    name: str
    source: str
    customizers: tuple[str, ...]
    validators: tuple[str, ...]
    distributors: tuple[str, ...]
    os: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One file, read. `templates` is empty as soon as one fault is an error.

    `kind` says in what the templates were found: resource, body, deployment, bicep, response, template-spec
    or pipeline; it is empty where nothing was. `found` are the faults in no order. `missing_parameters` have
    neither a value nor a default.
    """

    file: SourceFile
    kind: str = ""
    api_version: str = ""
    resources: tuple[ResourceSummary, ...] = ()
    templates: tuple[ImageTemplate, ...] = ()
    found: tuple[Fault, ...] = ()
    missing_parameters: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All faults in the order of the text, those of this file before those of the files it names."""
        path = self.file.path
        return tuple(sorted(self.found, key=lambda each: (each.file != path, each.position, each.path)))

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that keep the file from becoming DAGs."""
        return tuple(fault for fault in self.faults if fault.severity == "error")

    @property
    def ok(self) -> bool:
        """Whether the file can become DAGs."""
        return all(fault.severity != "error" for fault in self.found)

    def require(self) -> tuple[ImageTemplate, ...]:
        """Return the templates. Raises TemplateError with every error."""
        if not self.ok:
            raise TemplateError(self.errors)
        return self.templates
