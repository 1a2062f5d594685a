"""Bring a document into the form that the models judge: AIB's spelling, JSON's types, a stand-in for what is unknown.

What the service folded or ignored before API version 2024-02-01 is folded or ignored here too, each with a
warning; in strict mode nothing is, and the models say what is wrong.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aib_airflow.arm_template import DocumentPath, Unknown
from aib_airflow.arm_template.functions import kind_of
from aib_airflow.template.faults import MAX_FAULTS, Finding
from aib_airflow.template.retired import OLD_FIELDS
from aib_airflow.template.shapes import Anything, Array, Choice, Field, Free, Record, Scalar, Shape
from aib_airflow.template.spelling import Spelling

_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,18}")
_BOOLEANS = {"true": True, "false": False}


@dataclass(slots=True)
class Conformed:
    """A document in the models' form. `unknowns` are the places where a stand-in stands."""

    value: Any = None
    findings: list[Finding] = field(default_factory=list)
    unknowns: dict[DocumentPath, Unknown] = field(default_factory=dict)
    spelling: Spelling = field(default_factory=Spelling)

    def touches_unknown(self, path: DocumentPath) -> bool:
        """Whether what stands at `path` is unknown, or holds something that is."""
        return any(place[: len(path)] == path or path[: len(place)] == place for place in self.unknowns)


def conform(record: Record, document: Any, *, lenient: bool) -> Conformed:
    """Return `document` in the form of `record`; nothing is judged but what was changed."""
    walk = _Walk(lenient=lenient)
    walk.found.value = walk.shape(record, document, ())
    return walk.found


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """Return a question naming the closest of `known`, or nothing."""
    names = {name.lower(): name for name in known}
    close = difflib.get_close_matches(written.lower(), names, n=1)
    return f"did you mean '{names[close[0]]}'?" if close else ""


class _Walk:
    def __init__(self, *, lenient: bool) -> None:
        self.found = Conformed()
        self._lenient = lenient

    def shape(self, shape: Shape, value: Any, path: DocumentPath) -> Any:
        """Return one value in the form of its shape; what does not fit is left to the model."""
        match shape:
            case Scalar():
                return self._scalar(shape, value, path)
            case Array():
                return self._array(shape, value, path)
            case Record():
                return self._record(shape, value, path)
            case Choice():
                return self._choice(shape, value, path)
            case Free():
                return self._free(shape, value, path)
            case Anything():
                return _without_unknowns(value)

    def _record(self, record: Record, value: Any, path: DocumentPath) -> Any:
        if not isinstance(value, dict):
            return _without_unknowns(value)
        result: dict[str, Any] = {}
        for written, item in value.items():
            name = self._field_name(record, written, path)
            place = (*path, name)
            known = record.fields.get(name)
            if known is None:
                if not self._ignores(record, written, path):
                    result[name] = _without_unknowns(item)
            elif isinstance(item, Unknown):
                self.found.unknowns[place] = item
                if (stand_in := _stand_in(known, item)) is not None:
                    result[name] = stand_in
            elif item is not None:  # to ARM, null means not given
                result[name] = self.shape(known.shape, item, place)
        return result

    def _field_name(self, record: Record, written: str, path: DocumentPath) -> str:
        if written in record.fields or not self._lenient:
            return written
        name = record.folded.get(written.lower())
        if name is None and (modern := OLD_FIELDS.get(written)) in record.fields:
            name = modern
            self._warn((*path, written), f"'{written}' is the old name of '{modern}'", f"write {modern}")
        elif name:
            self._warn((*path, written), f"'{written}' is read as '{name}'", f"write {name}: case counts")
        if name is None:
            return written
        self.found.spelling.names[*path, name] = written
        return name

    def _ignores(self, record: Record, written: str, path: DocumentPath) -> bool:
        if not self._lenient:
            return False
        is_told = len(self.found.findings) < MAX_FAULTS
        guess = (is_told and did_you_mean(written, record.names)) or "remove it"
        self._warn((*path, written), f"unknown field '{written}' is ignored", guess)
        return True

    def _choice(self, choice: Choice, value: Any, path: DocumentPath) -> Any:
        if not isinstance(value, dict):
            return _without_unknowns(value)
        [*tags] = (key for key in value if key == choice.tag or (self._lenient and key.lower() == choice.tag))
        written = value[tags[-1]] if tags else None
        if isinstance(written, Unknown):
            self.found.unknowns[*path, choice.tag] = written
            return None
        word = self._word(choice.folded, written, (*path, choice.tag))
        record = choice.records.get(word) if isinstance(word, str) else None
        if record is None:
            return _without_unknowns(value)
        result = self._record(record, value, path)
        result[choice.tag] = word
        return result

    def _array(self, array: Array, value: Any, path: DocumentPath) -> Any:
        if not isinstance(value, list):
            if not self._lenient or not _may_stand_alone(array.item, value):
                return _without_unknowns(value)
            self._warn(path, f"{kind_of(value)} stands where an array belongs", "put it into brackets")
            self.found.spelling.brackets.add(path)
            value = [value]
        return [self._item(array.item, item, (*path, index)) for index, item in enumerate(value)]

    def _item(self, shape: Shape, item: Any, path: DocumentPath) -> Any:
        if not isinstance(item, Unknown):
            return self.shape(shape, item, path)
        self.found.unknowns[path] = item
        return item.expression if isinstance(shape, Scalar) and shape.kind is str else None

    def _free(self, free: Free, value: Any, path: DocumentPath) -> Any:
        if not isinstance(value, dict):
            return _without_unknowns(value)
        return {
            key: self._item(free.value, item, (*path, key))
            if isinstance(free.value, Scalar)
            else _without_unknowns(item)
            for key, item in value.items()
            if item is not None
        }

    def _scalar(self, scalar: Scalar, value: Any, path: DocumentPath) -> Any:
        if not self._lenient or isinstance(value, dict | list):
            return _without_unknowns(value)
        if scalar.words:
            return self._word({word.lower(): word for word in scalar.words}, value, path)
        changed = _retyped(scalar.kind, value)
        if changed is not None:
            wanted = kind_of(changed)
            self._warn(path, f"{value!r} is read as {wanted}", _QUOTES[scalar.kind])
            return changed
        return value

    def _word(self, folded: dict[str, str] | Any, value: Any, path: DocumentPath) -> Any:
        if not self._lenient or not isinstance(value, str):
            return value
        word = folded.get(value.lower(), value)
        if word != value:
            self._warn(path, f"'{value}' is read as '{word}'", f"write {word}: case counts")
        return word

    def _warn(self, path: DocumentPath, message: str, fix: str) -> None:
        self.found.findings.append(Finding(self.found.spelling.as_written(path), message, fix, "warning"))


_QUOTES = {str: "put it into quotes", int: "remove the quotes", bool: "remove the quotes"}


def _retyped(kind: type, value: Any) -> Any:
    """Return `value` as the wanted kind, or None where it is that already or cannot be."""
    if kind is str:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return str(value).lower() if isinstance(value, bool) else str(value) if is_number else None
    if not isinstance(value, str):
        return None
    text = value.strip()
    if kind is bool:
        return _BOOLEANS.get(text.lower())
    return int(text) if kind is int and _WHOLE_NUMBER.fullmatch(text) else None


def _may_stand_alone(shape: Shape, value: Any) -> bool:
    if isinstance(shape, Scalar):
        return isinstance(value, str | int)
    return isinstance(value, dict)


def _stand_in(known: Field, unknown: Unknown) -> Any:
    if known.stand_in is not None and not hasattr(known.stand_in, "model_fields"):
        return known.stand_in
    is_text = isinstance(known.shape, Scalar) and known.shape.kind is str
    return unknown.expression if is_text and known.required else None


def _without_unknowns(value: Any) -> Any:
    """Return what nothing of ours depends on, with the author's text in place of what is unknown."""
    if isinstance(value, Unknown):
        return value.expression
    if isinstance(value, dict):
        return {key: _without_unknowns(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_unknowns(item) for item in value]
    return value
