"""Which bracket an author forgot to close, by the look of the lines."""

from __future__ import annotations

from aib_airflow.template.documents.json_tokens import tokenize


def unclosed_bracket(text: str, end: int) -> tuple[int, int] | None:
    """Return the offsets of an opening bracket and of the closing one, before `end`, that is another's.

    Such a one begins its line further left than the line of the bracket it closes, and so do those after it;
    where a bracket around them is closed in its place, whatever is in it was only badly aligned.
    """
    opened: list[int] = []
    suspects: list[tuple[int, int]] = []
    for token in tokenize(text[:end], lambda *_: None):
        if token.text in ("{", "["):
            opened.append(token.start)
        elif token.text in ("}", "]") and opened:
            opening = opened.pop()
            begins_line = not text[_line_start(text, token.start) : token.start].strip()
            if begins_line and _indent(text, token.start) < _indent(text, opening):
                suspects.append((opening, token.start))
            else:
                suspects = [each for each in suspects if each[0] < opening]
    return suspects[0] if suspects else None


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _indent(text: str, offset: int) -> int:
    """Return how far right the line of an offset begins."""
    line = text[_line_start(text, offset) : offset + 1].expandtabs(4)
    return len(line) - len(line.lstrip())
