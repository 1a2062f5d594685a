"""The models' fields as a small tree of shapes, so that a document can be walked beside them before they judge it."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

_TAGS = ("type", "scheme")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, number or boolean. `words` are the only ones that a closed list allows."""

    kind: type
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Array:
    """An array of items of one shape."""

    item: Shape


@dataclass(frozen=True, slots=True)
class Free:
    """An object with the author's own keys; `value` is the shape of what they hold."""

    value: Shape


@dataclass(frozen=True, slots=True)
class Anything:
    """What is taken as it is."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record: its shape, and a valid value that can stand in for one nobody knows yet."""

    shape: Shape
    stand_in: Any
    required: bool
    written: bool
    """False for what only the service writes."""


@dataclass(frozen=True, slots=True)
class Record:
    """An object with known fields, under AIB's names; `folded` leads there from lower case."""

    model: type[BaseModel]
    fields: Mapping[str, Field]
    folded: Mapping[str, str]

    @property
    def names(self) -> list[str]:
        """The names that may be written."""
        return [name for name, field in self.fields.items() if field.written]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several records; the field `tag` says which."""

    tag: str
    records: Mapping[str, Record]
    folded: Mapping[str, str]


Shape = Scalar | Array | Free | Anything | Record | Choice


@lru_cache(maxsize=128)
def record_of(model: type[BaseModel]) -> Record:
    """Return the shape of a model."""
    fields = {field.alias or name: _field(field) for name, field in model.model_fields.items()}
    return Record(model, fields, {name.lower(): name for name in fields})


def _field(field: FieldInfo) -> Field:
    required = field.is_required()
    default = None if required else field.get_default(call_default_factory=True, validated_data={})
    stand_in = field.examples[0] if field.examples else default
    return Field(_shape(field.annotation), stand_in, required, written=not field.exclude)


def _shape(annotation: Any) -> Shape:
    members = [member for member in _members(annotation) if member is not type(None)]
    models = [member for member in members if isinstance(member, type) and issubclass(member, BaseModel)]
    if len(models) > 1:
        return _choice(models)
    if models:
        return record_of(models[0])
    words = tuple(word for member in members for word in _words(member))
    [first, *_] = [member for member in members if not _words(member)] or [str]
    if get_origin(first) is tuple:
        return Array(_shape(get_args(first)[0]))
    if get_origin(first) is dict:
        return Free(_shape(get_args(first)[1]))
    return Scalar(first, words if len(words) > 1 else ()) if first in (str, int, bool) else Anything()


def _choice(models: list[type[BaseModel]]) -> Choice:
    tag = next(tag for tag in _TAGS if tag in models[0].model_fields)
    records = {get_args(model.model_fields[tag].annotation)[0]: record_of(model) for model in models}
    return Choice(tag, records, {word.lower(): word for word in records})


def _words(annotation: Any) -> tuple[str, ...]:
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _members(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for each in get_args(annotation):
            yield from _members(each)
    else:
        yield annotation
