"""Where a step's script or file comes from: text in the template, a file beside it, or a URL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from aib_airflow.template.customizers import FileStep, PowerShellStep, ShellStep

INLINE_SHEBANG = "#!/bin/sh -e"
"""What AIB puts before inline commands that bring no shebang."""

_URL = re.compile(r"https?://", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


class ScriptLocationError(Exception):
    """A script is neither a URL nor a file in the template's folder."""


@dataclass(frozen=True, slots=True)
class ScriptSource:
    """One of `text`, `path` and `url` is set. `sha256` is empty where the template gives none."""

    text: str | None = None
    path: Path | None = None
    url: str | None = None
    sha256: str = ""


def script_source(step: ShellStep | PowerShellStep | FileStep, folder: Path) -> ScriptSource:
    """Say where the content of `step` comes from. Raises ScriptLocationError; reads nothing."""
    if isinstance(step, FileStep):
        return _locate(step.source_uri, step.sha256_checksum, folder)
    if step.script_uri:
        return _locate(step.script_uri, step.sha256_checksum, folder)
    if isinstance(step, ShellStep):
        return ScriptSource(text=shell_text(step.inline))
    return ScriptSource(text="\n".join(step.inline) + "\n")


def shell_text(lines: tuple[str, ...]) -> str:
    """Join inline commands to one script as AIB does: with a shebang, and with Unix line ends."""
    text = ("\n".join(lines) + "\n").replace("\r\n", "\n")
    return text if text.startswith("#!") else f"{INLINE_SHEBANG}\n{text}"


def unix_lines(script: bytes) -> bytes:
    r"""Turn CRLF into LF, for a shell refuses `\r`.

    For scripts only, never for what a File step brings; a checksum is of the file as it was.
    """
    return script.replace(b"\r\n", b"\n")


def _locate(uri: str, sha256: str, folder: Path) -> ScriptSource:
    if _URL.match(uri):
        return ScriptSource(url=uri, sha256=sha256)
    if _SCHEME.match(uri):
        raise ScriptLocationError(f"'{uri}' is neither an http(s) URL nor a path beside the template")
    path = Path(folder, uri)
    if "\0" in uri or not path.resolve().is_relative_to(folder.resolve()):
        raise ScriptLocationError(f"'{uri}' leaves the template's folder")
    return ScriptSource(path=path, sha256=sha256)
