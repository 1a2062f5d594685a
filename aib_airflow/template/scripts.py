"""Where a step's script or file comes from: text in the template, a file beside it, or a URL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aib_airflow.template.customizers import FileStep, PowerShellStep, ShellStep
from aib_airflow.template.faults import Finding, shortened
from aib_airflow.template.paths import PathError, path_inside

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath
    from aib_airflow.template.model import ImageTemplate

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
        raise ScriptLocationError(
            f"'{shortened(uri)}' is neither an http(s) URL nor a path beside the template"
        )
    try:
        return ScriptSource(path=path_inside(folder, uri), sha256=sha256)
    except PathError as wrong:
        raise ScriptLocationError(f"'{shortened(uri)}' {wrong}") from None


def script_findings(template: ImageTemplate) -> Iterator[Finding]:
    """Find scripts that are not where the template says, as far as the local disk can tell."""
    validators = template.validation.in_vm_validations if template.validation else ()
    customize: DocumentPath = ("properties", "customize")
    validate: DocumentPath = ("properties", "validate", "inVMValidations")
    for path, steps in ((customize, template.customize), (validate, validators)):
        for index, step in enumerate(steps):
            if isinstance(step, FileStep | PowerShellStep | ShellStep):
                field = "sourceUri" if isinstance(step, FileStep) else "scriptUri"
                if (*path, index, field) not in template.unknowns:
                    yield from _script_finding(template, (*path, index, field), step)


def _script_finding(
    template: ImageTemplate, path: DocumentPath, step: ShellStep | PowerShellStep | FileStep
) -> Iterator[Finding]:
    try:
        source = script_source(step, template.folder)
    except ScriptLocationError as wrong:
        yield Finding(path, str(wrong), "give an http(s) URL or a path beside the template")
        return
    if source.path is not None and not source.path.is_file():
        relative = source.path.relative_to(template.folder)
        yield Finding(
            path, f"there is no file '{relative}' beside the template", "put it there, or give a URL"
        )
