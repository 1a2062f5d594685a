"""Why JSON breaks: for the place where it cannot be read any further, a guess at what its author meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aib_airflow.template.documents.foreign_files import recognise
from aib_airflow.template.documents.indentation import unclosed_bracket
from aib_airflow.template.documents.json_tokens import Token

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath
    from aib_airflow.template.documents.remarks import Remark

_CONFLICT = re.compile(r"<{7}( |$)|={7}$|>{7}( |$)|\|{7}( |$)")
_CLOSING = {"{": "}", "[": "]"}
_SHOWN_LENGTH = 60


class BreakError(Exception):
    """The text cannot be read from `offset` on; `remarks` are the errors that were found before."""

    def __init__(
        self,
        offset: int,
        message: str,
        fix: str = "",
        path: DocumentPath = (),
        remarks: tuple[Remark, ...] = (),
    ) -> None:
        self.offset, self.message, self.fix, self.path, self.remarks = offset, message, fix, path, remarks
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Bracket:
    """An opening bracket and where it is."""

    sign: str
    offset: int


@dataclass(frozen=True, slots=True)
class Break:
    """A token that does not fit, the one before it, and the brackets that are open there."""

    text: str
    token: Token
    expected: str
    before: Token | None
    brackets: tuple[Bracket, ...]

    @property
    def found(self) -> str:
        """Return how the token begins, or nothing where it cannot be shown."""
        if self.token.kind == "end":
            return "the end of the file"
        rest = self.text[self.token.start : self.token.start + _SHOWN_LENGTH // 2].splitlines()[0]
        shown = rest.strip() if self.token.kind != "mark" else self.token.text
        return f"'{shown}'" if shown.isprintable() and shown else "something else"

    @property
    def follows_value(self) -> bool:
        """Tell whether the token before ends a value."""
        return self.before is not None and self.before.text not in (",", ":", "{", "[")

    def line(self, offset: int) -> int:
        """Return an offset's line, from 1."""
        return self.text.count("\n", 0, offset) + 1

    def line_text(self) -> str:
        """Return the line that the token is in."""
        start = self.text.rfind("\n", 0, self.token.start) + 1
        return self.text[start : start + 100].split("\n", 1)[0].rstrip()


def explain_break(broken: Break) -> tuple[int, str, str]:
    """Return the offset to point at, what is wrong, and what to do about it."""
    if not broken.brackets and broken.before is None:
        message, fix = recognise(broken.text)
        return broken.token.start if broken.token.kind != "end" else 0, message, fix
    expected = f"expected {broken.expected}, found {broken.found}"
    offset, fix = next(_guesses(broken), (broken.token.start, ""))
    return offset, expected, fix


def _guesses(broken: Break) -> Iterator[tuple[int, str]]:
    """Yield offset and remedy for every cause that fits, the most telling one first."""
    here = broken.token.start
    if _CONFLICT.match(broken.line_text()):
        yield here, "this is a conflict that git left: keep one side, and remove the lines of signs"
    yield from _quote_guesses(broken)
    if broken.token.kind == "bare":
        yield from _bare_guesses(broken)
    if broken.token.text == ",":
        yield here, "there is one ',' too many: remove it"
    if broken.token.text == ":":
        yield here, _colon_guess(broken)
    yield from _bracket_guesses(broken)


def _quote_guesses(broken: Break) -> Iterator[tuple[int, str]]:
    token, before = broken.token, broken.before
    if before and before.kind == "string" and "\n" in before.text:
        line = broken.line(before.start)
        yield before.start, f'the text that begins on line {line} has no closing quote there: write "'
    if token.text == '"':
        yield token.start, 'the text that begins here has no closing quote: write "'
    elif token.kind == "stray":
        yield token.start, "the comment that begins here does not end: write */"
    if before and before.kind == "string" and before.end == token.start and token.kind == "bare":
        yield before.end - 1, 'a quote within a text is written \\"'


def _bare_guesses(broken: Break) -> Iterator[tuple[int, str]]:
    token = broken.token
    if token.text.startswith("+"):
        yield token.start, "JSON cannot join texts with +: write one text, or an array with one text a line"
    if token.text.startswith(("#", "--", ";")):
        yield token.start, "if this is a comment: they begin with // here"
    if token.text.startswith("="):
        yield token.start, "a field's name and value are separated by ':'"
    if "name" in broken.expected:
        yield token.start, 'write a field as "name": value, or remove this'
    elif token.text[0].isalpha():
        yield token.start, 'write texts in double quotes, expressions as "[...]"'


def _colon_guess(broken: Break) -> str:
    if broken.brackets and broken.brackets[-1].sign == "[":
        line = broken.line(broken.brackets[-1].offset)
        return f"fields belong in an object: put '{{' before this one, or at line {line} instead of '['"
    return "a ',' may be missing before this field, or a quote around its name"


def _bracket_guesses(broken: Break) -> Iterator[tuple[int, str]]:
    token, before = broken.token, broken.before
    if token.text == "]" and before and before.text.startswith('"[') and not before.text.endswith(']"'):
        yield before.end - 1, "the ']' of an expression comes before the closing quote"
    if token.kind == "end" and broken.brackets:
        yield before.end if before else 0, _unclosed(broken)
    elif token.text in ("}", "]"):
        stray = f"remove this '{token.text}', or write what it should close"
        open_further_out = any(_CLOSING[each.sign] == token.text for each in broken.brackets)
        yield token.start, _unclosed(broken) if open_further_out and broken.follows_value else stray
    elif token.text in ("{", "[") and "name" in broken.expected:
        yield token.start, "write a field's name and ':' before this bracket"
    elif not broken.brackets:
        yield token.start, "a closing bracket before this is one too many: remove it"


def _unclosed(broken: Break) -> str:
    if suspicion := unclosed_bracket(broken.text, broken.token.start):
        opening, closing = suspicion
        sign, line = broken.text[opening], broken.line(closing)
        return f"'{sign}' of line {broken.line(opening)} seems not to be closed before line {line}: write '{_CLOSING[sign]}'"
    bracket = broken.brackets[-1]
    return f"'{bracket.sign}' of line {broken.line(bracket.offset)} is not closed: write '{_CLOSING[bracket.sign]}'"


def explain_quoted(text: str) -> tuple[str, str]:
    """Return what is wrong with a text in other quotes than JSON's, and what to do about it."""
    text = _shorten(text)
    kind = "single quotes" if text.startswith("'") else "typographic quotes"
    return f"a text is in {kind}", f'write double quotes: "{text[1:-1]}"'


def explain_bare(token: Token) -> tuple[str, str]:
    """Return what is wrong with a text in no quotes at all, and what to do about it."""
    text = _shorten(token.text)
    if token.kind == "placeholder" or re.fullmatch(r"__\w+__|%\w+%|@\w+@", text):
        return f"unquoted placeholder {text}", "put its value here, in double quotes if it is a text"
    word = text.lower()
    if word in ("true", "false", "null"):
        return f"'{text}' is not JSON", f"write {word}"
    if word in ("none", "undefined"):
        return f"'{text}' is not JSON", "write null"
    if word.lstrip("+-") in ("nan", "infinity", "inf"):
        return f"{text} is no JSON number", "write a number"
    if re.match(r"[-+.]?[0-9]", text):
        return (
            f"'{text}' is no JSON number",
            f'write decimal digits without leading zeros, or the text "{text}"',
        )
    return f"'{text}' is in no quotes", f'write "{text}"'


def _shorten(text: str) -> str:
    return text if len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + "..." + text[-1]
