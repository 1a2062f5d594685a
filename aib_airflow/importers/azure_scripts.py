"""The scripts of a template in Azure, brought beside its file.

Rule: a file that is there already is never overwritten; the same content is used, other content gets another name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import unquote, urlsplit

from aib_airflow.importers.azure_downloads import DownloadError
from aib_airflow.importers.azure_signatures import redact

Download = Callable[[str], bytes]
Step = dict[str, Any]

_LONGEST_NAME = 100


@dataclass(slots=True)
class ScriptFolder:
    """Where the scripts of one template go, and `link`, the path from the template to there.

    `written` has each file once, in the order of the steps.
    """

    folder: Path
    link: PurePath
    written: list[Path] = field(default_factory=list)

    def keep(self, url: str, content: bytes) -> str:
        """Write a file, named as the URL's last part; return its path from the template. Raises OSError."""
        path = self._free_path(_name(url), content)
        if path not in self.written:
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            self.written.append(path)
        return (self.link / path.name).as_posix()

    def _free_path(self, name: str, content: bytes) -> Path:
        path, count = self.folder / name, 1
        while path.exists() and not (path.is_file() and path.read_bytes() == content):
            count += 1
            path = self.folder / f"{Path(name).stem}-{count}{Path(name).suffix}"
        return path


def bring_scripts(properties: dict[str, Any], scripts: ScriptFolder, download: Download) -> list[str]:
    """Download each step's script or file and let the step name it by its path.

    Changes `properties`; a step whose file cannot be had keeps its URL. Returns why, a line each.
    """
    notes = []
    for place, step, name in _steps(properties):
        try:
            content = download(step[name])
            _verify(content, step)
        except DownloadError as error:
            notes.append(f"{place}.{name} stays a URL: {error}")
        else:
            step[name] = scripts.keep(step[name], content)
    return notes


def _steps(properties: dict[str, Any]) -> Iterator[tuple[str, Step, str]]:
    """Yield the place of each step with a file, the step, and which field names the file."""
    validators = (properties.get("validate") or {}).get("inVMValidations")
    places = {"customize": properties.get("customize"), "validate.inVMValidations": validators}
    for place, steps in places.items():
        for index, step in enumerate(steps or []):
            for name in ("scriptUri", "sourceUri"):
                if step.get(name):
                    yield f"properties.{place}[{index}]", step, name


def _verify(content: bytes, step: Step) -> None:
    wanted = str(step.get("sha256Checksum") or "")
    found = hashlib.sha256(content).hexdigest()
    if wanted and wanted.lower() != found:
        url = redact(step.get("scriptUri") or step["sourceUri"])
        raise DownloadError(f"{url} has the sha256 {found}, the template's sha256Checksum says {wanted}")


def _name(url: str) -> str:
    """Return a file name for what a URL leads to; it has no folder and no leading dot."""
    last = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2]
    return re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip("-.")[-_LONGEST_NAME:].lstrip("-.") or "script"
