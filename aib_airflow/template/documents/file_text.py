"""Bytes as text: UTF-8, and what editors and shells on Windows write instead."""

from __future__ import annotations

import codecs

_MARKS = (  # UTF-32's begins with UTF-16's
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF32_LE, "UTF-32-LE"),
    (codecs.BOM_UTF32_BE, "UTF-32-BE"),
    (codecs.BOM_UTF16_LE, "UTF-16-LE"),
    (codecs.BOM_UTF16_BE, "UTF-16-BE"),
)
_ZEROS = (  # which of the first bytes are 0 when the text begins with two ASCII signs
    ((False, True, True, True), "UTF-32-LE"),
    ((True, True, True, False), "UTF-32-BE"),
    ((False, True, False, True), "UTF-16-LE"),
    ((True, False, True, False), "UTF-16-BE"),
)


def decode(content: bytes) -> tuple[str, str]:
    """Return a file's text and its encoding, without byte order mark. Raises UnicodeDecodeError."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding), encoding
    zeros = tuple(byte == 0 for byte in content[:4])
    encoding = next((name for pattern, name in _ZEROS if pattern == zeros), "UTF-8")
    return content.decode(encoding), encoding


def place_of_byte(content: bytes, index: int) -> tuple[int, int]:
    """Return the line and column, from 1, of a byte in a text that is UTF-8 up to there."""
    before = content[:index].decode("utf-8", "replace")
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
