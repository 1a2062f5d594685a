"""Walk the resources that a template deploys: children, copies, conditions, and templates nested in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from aib_airflow.arm_template.budget import ROUND
from aib_airflow.arm_template.copies import Loop, read_loop
from aib_airflow.arm_template.errors import ArmFault, DocumentPath, ExpressionError, LimitError, fault_of
from aib_airflow.arm_template.frame import NOWHERE, Frame
from aib_airflow.arm_template.functions import entries_of, field_of, kind_of
from aib_airflow.arm_template.nested import NESTED_TYPE, open_nested, without_template
from aib_airflow.arm_template.template import Template
from aib_airflow.arm_template.unknown import Unknown, needs_of

Wanted = Callable[[str], bool]

_STRUCTURE = {"copy", "condition", "resources", "existing"}
"""Fields that say what is deployed, not what it is."""


@dataclass(frozen=True, slots=True)
class DeployedResource:
    """One resource that a deployment makes, evaluated as far as anybody knows.

    `path` is where it is written; `type` and `name` are whole even for a child. `deployed` is its condition
    and those around it; `fields` is empty where that is False, for then Azure evaluates nothing.
    `copy_index` is None outside copy loops, and where nobody knows how many copies there are.
    """

    path: DocumentPath
    type: str
    name: Any
    copy_index: int | None
    deployed: bool | Unknown
    fields: dict[str, Any]
    faults: tuple[ArmFault, ...]


@dataclass(frozen=True, slots=True)
class _Site:
    """What is around a resource: loops, conditions, its parent, and what is wrong with all that."""

    frame: Frame = NOWHERE
    copy_index: int | None = None
    deployed: bool | Unknown = True
    parent_type: str = ""
    parent_name: Any = ""
    faults: tuple[ArmFault, ...] = ()


def walk_resources(template: Template, wanted: Wanted) -> Iterator[DeployedResource]:
    """Yield the template's resources whose type, in lower case, is wanted. Raises LimitError."""
    yield from _walk_template(template, wanted, _Site())


def _walk_template(template: Template, wanted: Wanted, site: _Site) -> Iterator[DeployedResource]:
    section = field_of(template.document, "resources")
    yield from _walk_section(template, section, (*template.path, "resources"), wanted, site)


def _walk_section(
    template: Template, section: Any, path: DocumentPath, wanted: Wanted, site: _Site
) -> Iterator[DeployedResource]:
    # languageVersion 2.0 has an object here, keyed by symbolic names
    for key, body in entries_of(section):
        if isinstance(body, dict) and field_of(body, "existing") is not True:
            for copied in _copies(template, body, (*path, key), site):
                yield from _walk_resource(template, body, (*path, key), wanted, copied)


def _copies(template: Template, body: dict[str, Any], path: DocumentPath, site: _Site) -> Iterator[_Site]:
    """Yield the site of each copy of a resource; one without a loop is its only copy."""
    copy = field_of(body, "copy")
    if copy is None:
        yield site
        return
    evaluator = template.evaluator
    try:
        loop = evaluator.standing_at((*path, "copy"), site.frame, lambda: read_loop(evaluator, copy))
    except LimitError:
        raise
    except ExpressionError as wrong:
        site = replace(site, faults=(*site.faults, fault_of(wrong)))
        loop = Loop("", Unknown(""))
    for index in loop.indices:
        frame = site.frame.in_resource_copy(loop.name, index)
        if isinstance(index, Unknown):
            yield replace(site, frame=frame, deployed=_all_of(site.deployed, index))
        else:
            yield replace(site, frame=frame, copy_index=index)


def _walk_resource(
    template: Template, body: dict[str, Any], path: DocumentPath, wanted: Wanted, site: _Site
) -> Iterator[DeployedResource]:
    template.evaluator.budget.spend(ROUND)
    reader = _Reader(template, body, path, site)
    kind = reader.type()
    is_nested = kind.lower() == NESTED_TYPE
    children = field_of(body, "resources")
    is_wanted = wanted(kind.lower())
    if not (is_wanted or is_nested or children):
        return
    inside = reader.site_inside(kind)
    if is_wanted:
        yield reader.resource(kind, inside)
    if inside.deployed is False:
        return
    template.evaluator.budget.enter()
    try:
        if is_nested:
            yield from _walk_nested(template, body, path, wanted, inside)
        yield from _walk_section(template, children, (*path, "resources"), wanted, inside)
    finally:
        template.evaluator.budget.leave()


def _walk_nested(
    template: Template, body: dict[str, Any], path: DocumentPath, wanted: Wanted, site: _Site
) -> Iterator[DeployedResource]:
    faults = list(site.faults)
    opened = open_nested(template, body, path, site.frame, faults)
    if opened is not None:
        inner, frame = opened
        yield from _walk_template(inner, wanted, _Site(frame, None, site.deployed, faults=tuple(faults)))


class _Reader:
    """Evaluate the parts of one copy of a resource, and gather what is wrong with them."""

    def __init__(self, template: Template, body: dict[str, Any], path: DocumentPath, site: _Site) -> None:
        self._template = template
        self._body = body
        self._path = path
        self._site = site
        self._faults: list[ArmFault] = list(site.faults)

    def _read(self, key: str, value: Any) -> Any:
        return self._template.evaluator.evaluate(value, (*self._path, key), self._site.frame, self._faults)

    def type(self) -> str:
        """Return the whole type; the author's expression where nobody knows it."""
        kind = self._read("type", field_of(self._body, "type"))
        text = kind.expression if isinstance(kind, Unknown) else kind if isinstance(kind, str) else ""
        is_relative = self._site.parent_type and "." not in text.split("/", 1)[0]
        return f"{self._site.parent_type}/{text}" if is_relative else text

    def site_inside(self, kind: str) -> _Site:
        """Return what is around the resource's children and nested templates."""
        deployed = _all_of(self._site.deployed, self._condition())
        name = self._name(kind) if deployed is not False else ""
        faults = tuple(self._faults)
        return replace(self._site, deployed=deployed, parent_type=kind, parent_name=name, faults=faults)

    def _condition(self) -> bool | Unknown:
        written = field_of(self._body, "condition")
        value = True if written is None else self._read("condition", written)
        if isinstance(value, bool | Unknown):
            return value
        message = f"a condition must be true or false, not {kind_of(value)}"
        self._faults.append(ArmFault((*self._path, "condition"), message))
        return Unknown("")

    def _name(self, kind: str) -> Any:
        name = self._read("name", field_of(self._body, "name"))
        parent = self._site.parent_name
        if not self._site.parent_type or not kind.startswith(f"{self._site.parent_type}/"):
            return name
        if isinstance(name, str) and isinstance(parent, str):
            return f"{parent}/{name}"
        return name if isinstance(name, Unknown) else parent

    def resource(self, kind: str, inside: _Site) -> DeployedResource:
        """Return the evaluated resource."""
        fields: dict[str, Any] = {}
        if inside.deployed is not False:
            body = without_template(self._body) if kind.lower() == NESTED_TYPE else self._body
            known = {"type": kind, "name": inside.parent_name}
            for key, value in body.items():
                folded = key.lower()
                if folded not in _STRUCTURE:
                    fields[key] = known[folded] if folded in known else self._read(key, value)
        return DeployedResource(
            self._path,
            kind,
            inside.parent_name,
            self._site.copy_index,
            inside.deployed,
            fields,
            tuple(self._faults),
        )


def _all_of(*conditions: bool | Unknown) -> bool | Unknown:
    """Return what conditions inside each other come to."""
    if False in conditions:
        return False
    unknown = [condition for condition in conditions if isinstance(condition, Unknown)]
    return Unknown(unknown[-1].expression, needs_of(*unknown)) if unknown else True
