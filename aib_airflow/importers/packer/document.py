"""A Packer template in one neutral form, whichever of its two formats it was written in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aib_airflow.importers.packer.nodes import Node
from aib_airflow.template import Fault, TemplateError

AZURE = "azure-arm"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written. Lines and columns count from 1; `path` is like `source.azure-arm.web.vm_size`."""

    file: Path
    line: int
    column: int
    path: str

    def below(self, line: int, column: int, name: str) -> Place:
        """Return the place of something inside this."""
        return Place(self.file, line, column, f"{self.path}.{name}" if self.path else name)

    def error(self, message: str, fix: str = "") -> TemplateError:
        """Make the error that says `message` about this place."""
        return TemplateError([Fault(self.file, (self.line, self.column), self.path, message, fix)])


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: a name and its value."""

    name: str
    value: Node
    place: Place


@dataclass(frozen=True, slots=True)
class Block:
    """A source, a provisioner or a block in one. `labels` are the words behind its kind.

    A dynamic block has `for_each`, the values it is repeated for, which `iterator` names inside.
    """

    kind: str
    labels: tuple[str, ...]
    settings: Mapping[str, Setting]
    blocks: tuple[Block, ...]
    place: Place
    for_each: Node | None = None
    iterator: str = ""

    def named(self, kind: str) -> Iterator[Block]:
        """Yield the blocks of one kind."""
        return (block for block in self.blocks if block.kind == kind)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable; `default` None: a value must be given. `type` is HCL2's word, or empty."""

    name: str
    default: Node | None = None
    type: str = ""
    description: str = ""
    sensitive: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Build:
    """Which sources are built, and what is done to them. No sources: all there are."""

    sources: tuple[Block, ...]
    provisioners: tuple[Block, ...]
    others: tuple[Block, ...]
    """Post-processors and whatever else a build has."""
    place: Place


@dataclass(slots=True)
class Document:
    """All files of a template together."""

    folder: Path
    """Where the template is; its scripts are looked for from here."""
    result_folder: Path
    """Where the result will be; the files that it names lie below."""
    variables: dict[str, Variable] = field(default_factory=dict)
    locals: dict[str, Setting] = field(default_factory=dict)
    sources: dict[str, Block] = field(default_factory=dict)
    """Under `azure-arm.web`, in the order of the file."""
    builds: list[Build] = field(default_factory=list)
    others: list[Block] = field(default_factory=list)
    """Blocks at the top that are none of these."""

    def add_source(self, block: Block) -> None:
        """Add a source. Raises TemplateError when there is one of that name already."""
        name = source_name(block)
        if name in self.sources:
            raise block.place.error(f"there are two sources '{name}'", "give each a name of its own")
        self.sources[name] = block


def source_name(block: Block) -> str:
    """Return the name that `only` and `sources` use: `azure-arm.web`, or `azure-arm` for one without a name."""
    return ".".join(block.labels)
