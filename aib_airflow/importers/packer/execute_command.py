"""What `execute_command` of a shell provisioner asks for: root, and a shell."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLACEHOLDER = re.compile(r"\{\{\s*\.(\w+)\s*\}\}")
_PREPARATION = re.compile(r"^\s*chmod \+?\w+ ['\"]?\{Path\}['\"]?\s*(?:;|&&)\s*")
_PASSWORD = re.compile(r"^\s*echo \S+\s*\|\s*(?=(?:\{Vars\}\s*)?sudo\b)")
_COMMAND = re.compile(
    r"(?:env\s+)?(?:\{Vars\}\s*)?(?P<sudo>sudo(?:\s+-[A-Za-z]+)*\s+)?(?:env\s+)?(?:\{Vars\}\s*)?"
    r"(?:(?P<shell>(?:/usr)?(?:/bin/)?(?:ba)?sh)(?P<flags>(?:\s+-\w+)*)\s+)?"
    r"(?P<quote>['\"]?)\s*(?:\{Vars\}\s*)?\{Path\}(?P=quote)\s*;?\s*"
)


@dataclass(frozen=True, slots=True)
class Execution:
    """How a script is run. An empty `shebang` leaves the choice of the shell to the script."""

    as_root: bool = False
    shebang: str = ""


def read_execute_command(command: str) -> Execution | None:
    """Return what a command asks for, or None for one that does more than that."""
    text = _PLACEHOLDER.sub(r"{\1}", command)
    text = _PASSWORD.sub("", _PREPARATION.sub("", text)).strip()
    match = _COMMAND.fullmatch(text)
    if match is None:
        return None
    shell, flags = match.group("shell"), (match.group("flags") or "").split()
    if shell is None or "-c" in flags:
        return Execution(as_root=match.group("sudo") is not None)
    path = shell if shell.startswith("/") else f"/bin/{shell}"
    return Execution(match.group("sudo") is not None, " ".join((f"#!{path}", *flags)))
