"""What a file is that should be JSON and does not even begin like it."""

from __future__ import annotations

import re

_SCRIPT = (
    r"#!|\$\w+\s*=|(?:get|set|new|connect|select|import|register|invoke)-\w+|param\s*\(|az \w+|curl |sudo "
)
_BICEP = (
    r"@\w+\(|targetScope\s*=|(?:param|metadata|var|type|func)\s+\w+|(?:resource|module)\s+\w+\s+'|using\s+'"
)
_HCL = r"(?:terraform|locals|packer|resource|data|variable|provider|module|output|source|build)\b[^\n:]*\{"

_FORMATS = (
    (r"<!doctype|<html|<head|<body", "a web page", "download the raw file, not the page that shows it"),
    (r"<\?xml|<[a-z][\w:.-]*[ >]", "XML", ""),
    (r"version https://git-lfs", "a Git LFS pointer", "fetch the file itself: git lfs pull"),
    (r"[<=>|]{7}( |$)", "a conflict that git left", "keep one side, and remove the lines of signs"),
    (_SCRIPT, "a script", ""),
    (_BICEP, "Bicep", "compile it first: az bicep build --file FILE"),
    (_HCL, "Terraform or other HCL", "give the JSON that it holds or makes"),
    (r"---(\s|$)|[\w$\"'-]+:(\s|$)|- \w", "YAML", "name the file .yaml"),
)

_RECOGNISED = tuple(
    (re.compile(pattern, re.IGNORECASE | re.MULTILINE), name, fix) for pattern, name, fix in _FORMATS
)
_SHOWN_LENGTH = 2000
"""Characters of a file that tell what it is."""
_HEADLESS = re.compile(r'\s*[\w$]*"\s*[:,]')
_COMMENT_LINE = re.compile(r"\s*#(?!!)[^\n]*(?:\n|\Z)|\s*//[^\n]*(?:\n|\Z)|\s+")


def recognise(text: str) -> tuple[str, str]:
    """Return what is wrong with a file that begins with no JSON value, and what to do about it."""
    text = text.lstrip("\ufeff\0 \t\r\n")[:_SHOWN_LENGTH]
    if not text:
        return "the file is empty", "write a template into it"
    if re.search(r"[\x00-\x08\x0e-\x1f]", text):
        return "the file is no text", "give a template"
    first = text.splitlines()[0][:30]
    if _HEADLESS.match(text):
        return f"the file's beginning is missing: expected '{{', found '{first}'", "write it again"
    start = _skip_comments(text)
    for pattern, name, fix in _RECOGNISED:
        if pattern.match(text, start):
            return f"this looks like {name}, not like JSON", fix or "give a template"
    return f"expected '{{' first, found '{first}'", "a template is one JSON object"


def _skip_comments(text: str) -> int:
    position = 0
    while position < len(text) and (found := _COMMENT_LINE.match(text, position)):
        position = found.end()
    return position
