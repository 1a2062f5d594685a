"""Recognise the lines that generalise a machine: the engine does that by itself, after the last step."""

from __future__ import annotations

import re

from aib_airflow.importers.packer.nodes import Literal, Node, Text

_DEPROVISION = re.compile(r"\bwaagent\b.*-deprovision", re.IGNORECASE)
_SYSPREP = re.compile(r"\bsysprep(\.exe)?\b.*[/-]generalize", re.IGNORECASE)
_AROUND_DEPROVISION = re.compile(r"\s*(export HISTSIZE=0|HISTSIZE=0|sync|#.*)?\s*")
_AROUND_SYSPREP = re.compile(
    r"\s*(#.*"
    r"|.*ImageState.*|.*IMAGE_STATE.*"
    r"|.*CurrentVersion\\+Setup\\+State\b.*"
    r"|.*\b(RdAgent|WindowsAzureGuestAgent|WindowsAzureTelemetryService)\b.*"
    r"|.*Sysprep\\+(unattend|panther).*"
    r"|Write-(Host|Output)\b.*(sysprep|general[iz]+).*"
    r")?\s*",
    re.IGNORECASE,
)
_LONGEST_LINE = 2000
"""Characters of a line that are looked at: nobody generalises in a longer one, and patterns are slow there."""
_LOOP = re.compile(r"ImageState|IMAGE_STATE", re.IGNORECASE)
_IDLE = re.compile(r"\s*(#.*|Write-(Host|Output|Verbose)\b.*|echo\b.*|[{}\s]*)", re.IGNORECASE)


def without_generalizing(lines: tuple[Node, ...]) -> tuple[Node, ...] | None:
    """Return what is left of a script without its generalising, or None when it does not generalise."""
    texts = [_text(line) for line in lines]
    pattern, around = (_SYSPREP, _AROUND_SYSPREP)
    if any(_DEPROVISION.search(text) for text in texts):
        pattern, around = _DEPROVISION, _AROUND_DEPROVISION
    found = [index for index, text in enumerate(texts) if pattern.search(text)]
    if not found:
        return None
    end = found[0] if _is_long_loop(texts[found[0] + 1 :]) else len(lines)
    kept = [
        line
        for index, line in enumerate(lines[:end])
        if index not in found and not around.fullmatch(texts[index])
    ]
    return () if all(_IDLE.fullmatch(_text(line)) for line in kept) else tuple(kept)


def _is_long_loop(texts: list[str]) -> bool:
    """Tell whether the wait for the image's state is spread over lines, so that no line stands alone."""
    return any(_LOOP.search(text) and text.count("{") != text.count("}") for text in texts) or any(
        re.fullmatch(r"\s*while\s*\(\s*\$true\s*\)\s*\{?\s*", text, re.IGNORECASE) for text in texts
    )


def _text(node: Node) -> str:
    parts = node.parts if isinstance(node, Text) else (node,)
    return "".join(str(part.value) if isinstance(part, Literal) else "" for part in parts)[:_LONGEST_LINE]
