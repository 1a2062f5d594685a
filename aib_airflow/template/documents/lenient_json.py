"""JSON as people write it: what can be understood is read and remarked upon, the rest is a break with its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aib_airflow.template.documents.json_scalars import Mistake, is_json, read_string, read_unquoted
from aib_airflow.template.documents.json_tokens import Token, tokenize
from aib_airflow.template.documents.malformed import Bracket, Break, BreakError, explain_break
from aib_airflow.template.documents.plain_json import MAX_DEPTH, MAX_VALUES
from aib_airflow.template.documents.remarks import Remark, Remarks

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath

_UNQUOTED = ("placeholder", "quoted", "bare")
_COLON = re.compile(r"\s*:")
_END_OF_VALUE = re.compile(r"[ \t]*(?:[,\]}\r\n]|//|/\*|\Z)")


@dataclass(frozen=True, slots=True)
class JsonReading:
    """A value, what is to be said about how it is written, and where each field's name and each item begins."""

    value: Any
    remarks: tuple[Remark, ...]
    places: dict[DocumentPath, int]


@lru_cache(maxsize=2)  # the same text is asked for its value first, and then for places in it
def read_json(text: str) -> JsonReading:
    """Read one value, which nobody may change. Raises BreakError where the text cannot be understood any further."""
    reader = _JsonReader(text)
    for token in tokenize(text, reader.remarks.note):
        reader.take(token)
        reader.before = token
    return JsonReading(reader.value, reader.remarks.all(), reader.places)


@dataclass(slots=True)
class _Open:
    """An object or array whose closing bracket is still to come."""

    bracket: Bracket
    value: dict[str, Any] | list[Any]
    part: str | int | None
    """The name of the field, or the index of the item, that is being read; None where a name is expected."""
    names: dict[str, int] = field(default_factory=dict)
    """Where the fields so far begin."""

    @property
    def is_object(self) -> bool:
        return isinstance(self.value, dict)


class _JsonReader:
    """A reader without recursion: the open brackets, and `take`, the method for what is expected next."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.value: Any = None
        self.remarks = Remarks(text)
        self.places: dict[DocumentPath, int] = {}
        self.before: Token | None = None
        self.take: Callable[[Token], None] = self._take_value
        self._open: list[_Open] = []
        self._count = 0

    def _take_value(self, token: Token) -> None:
        """Expect a value, or `]` where an array may end."""
        if token.text == "]" and self._open and not self._open[-1].is_object:
            self._close()
            return
        ends = token.kind != "bare" or is_json(token) or _END_OF_VALUE.match(self.text, token.end)
        if not self._open or not self._open[-1].is_object:  # a field's place is that of its name
            self._remember(token.start)
        if token.text in ("{", "["):
            self._begin(token)
        elif token.kind == "string":
            self._hold(self._said(read_string(token, self.remarks.note)))
        elif self._open and token.kind in _UNQUOTED and ends:
            self._hold(self._said(read_unquoted(token)))
        else:
            raise self._break(token, "a value")

    def _take_name(self, token: Token) -> None:
        """Expect a field's name, or `}`."""
        if token.text == "}":
            self._close()
            return
        unquoted = token.kind in _UNQUOTED and _COLON.match(self.text, token.end)
        if token.kind != "string" and not unquoted:
            raise self._break(token, "a field's name in double quotes")
        read = read_string(token, self.remarks.note) if token.kind == "string" else read_unquoted(token)
        top = self._open[-1]
        top.part = name = str(self._said(read))
        self._remember(token.start)
        if name in top.names:
            self.remarks.repeat(self._path(), token.start, top.names[name])
        top.names[name] = token.start
        self.take = self._take_colon

    def _take_colon(self, token: Token) -> None:
        if token.text != ":":
            raise self._break(token, "':' after a field's name")
        self.take = self._take_value

    def _take_next(self, token: Token) -> None:
        """Expect a comma or a closing bracket after a value."""
        closing = "}" if self._open[-1].is_object else "]"
        if token.text == closing:
            self._close()
        elif token.text == ",":
            self._advance()
        elif self.before and self._lacks_comma(token):
            self.remarks.error(self._path(), self.before.end, "a ',' is missing after this value", "write it")
            self._advance()
            self.take(token)
        else:
            raise self._break(token, f"',' or '{closing}' after a value")

    def _take_end(self, token: Token) -> None:
        if token.kind != "end":
            raise self._break(token, "the end of the file after the closing bracket")

    def _lacks_comma(self, token: Token) -> bool:
        """Tell whether a comma is all that is missing between the value before and `token`."""
        if self.before and self.before.kind == "string" and "\n" in self.before.text:
            return False  # more likely that text's own closing quote is missing
        if self._open[-1].is_object:
            return token.kind == "string" and bool(_COLON.match(self.text, token.end))
        return token.kind == "string" or token.text in ("{", "[")

    def _begin(self, token: Token) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise BreakError(token.start, f"brackets are nested more than {MAX_DEPTH} deep")
        is_object = token.text == "{"
        value: dict[str, Any] | list[Any] = {} if is_object else []
        self._open.append(_Open(Bracket(token.text, token.start), value, None if is_object else 0))
        self.take = self._take_name if is_object else self._take_value

    def _close(self) -> None:
        if self.before and self.before.text == ",":
            self.remarks.note("trailing comma", self.before.start)
        self._hold(self._open.pop().value)

    def _hold(self, value: Any) -> None:
        """Give a finished value to what is around it."""
        if not self._open:
            self.value = value
            self.take = self._take_end
            return
        around = self._open[-1]
        if isinstance(around.value, dict):
            around.value[str(around.part)] = value
        else:
            around.value.append(value)
        self.take = self._take_next

    def _advance(self) -> None:
        around = self._open[-1]
        around.part = around.part + 1 if isinstance(around.part, int) else None
        self.take = self._take_name if around.is_object else self._take_value

    def _remember(self, offset: int) -> None:
        self._count += 1
        if self._count > MAX_VALUES:
            raise BreakError(offset, f"there are more than {MAX_VALUES} values")
        self.places[self._path()] = offset

    def _path(self) -> DocumentPath:
        return tuple(each.part for each in self._open if each.part is not None)

    def _said(self, read: tuple[Any, list[Mistake]]) -> Any:
        value, mistakes = read
        for each in mistakes:
            self.remarks.error(self._path(), each.offset, each.message, each.fix)
        return value

    def _break(self, token: Token, expected: str) -> BreakError:
        brackets = tuple(each.bracket for each in self._open)
        offset, message, fix = explain_break(Break(self.text, token, expected, self.before, brackets))
        return BreakError(offset, message, fix, self._path(), self.remarks.errors())
