"""JSON text as tokens, those included that JSON does not have, so that each can be called by its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

TokenKind = Literal["string", "placeholder", "mark", "quoted", "bare", "stray", "end"]
"""`quoted`: in other quotes than JSON's; `bare`: in none, numbers included; `stray`: a sign that begins nothing."""

_GAP = re.compile(r"(?:[\s\ufeff\u200b]++|//[^\r\n]*+|/\*.*?\*/)*+", re.DOTALL)
_ODD = re.compile(r"(?P<comment>//[^\r\n]*+|/\*.*?\*/)|(?P<space>[^ \t\r\n])", re.DOTALL)

_TOKEN = re.compile(
    r"""(?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+")
      | (?P<placeholder>
          (?:<(?!<)[^<>"\r\n]{1,200}> | \#\{[^}"\r\n]{0,200}\}\#? | \$\([^)"\r\n]{0,200}\)
             | \$\{[^\r\n]{0,200}?\} | \{\{[^}"\r\n]{0,200}\}\})
          (?=[ \t]*(?:[,:\]}\r\n]|//|/\*|\Z)))
      | (?P<mark>[{}\[\],:])
      | (?P<quoted>'[^'\r\n]{0,500}' | \u2018[^\u2019\r\n]{0,500}\u2019
             | [\u201c\u201d\u201e][^\u201c\u201d"\r\n]{0,500}[\u201c\u201d"])
      | (?P<bare>(?:[^\s{}\[\],:"/]++|/(?![/*]))++)
      | (?P<stray>.)""",
    re.DOTALL | re.VERBOSE,
)
"""Lengths are bounded where a text without an end would be looked through again and again."""

ESCAPE_IN_PATH = re.compile(r":(?<=[A-Za-z]:)(?<![\w\\][A-Za-z]:)\\[bfnrt]\w")
r"""A Windows path like `C:\temp`, which is JSON with a tab in it; a sign that is rare comes first, for speed."""


class Token(NamedTuple):
    """One token, and where it is."""

    kind: TokenKind
    text: str
    start: int

    @property
    def end(self) -> int:
        """Return the offset behind the token."""
        return self.start + len(self.text)


def tokenize(text: str, note: Callable[[str, int], None]) -> Iterator[Token]:
    """Yield every token, then one of kind `end`.

    `note` is told what lies between them that JSON does not allow there: kind ("comment", "space") and offset.
    """

    def skip(position: int) -> int:
        gap = _GAP.match(text, position)
        end = gap.end() if gap else position
        if text[position:end].strip(" \t\r\n"):
            for odd in _ODD.finditer(text, position, end):
                note(odd.lastgroup or "", odd.start())
        return end

    position = skip(0)
    while found := _TOKEN.match(text, position):
        kind: TokenKind = found.lastgroup  # type: ignore[assignment]  # the pattern's groups are the kinds
        yield Token(kind, found.group(), position)
        position = skip(found.end())
    yield Token("end", "", len(text))
