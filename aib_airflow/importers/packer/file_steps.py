"""`file` provisioners as File steps, one a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from typing import Any

from aib_airflow.importers.packer.document import Setting
from aib_airflow.importers.packer.nodes import Literal, Node, Text, items_of, make_text
from aib_airflow.importers.packer.options import Options
from aib_airflow.importers.packer.scripts import find_file

_URL = re.compile(r"https?://", re.IGNORECASE)


def file_steps(options: Options) -> Iterator[dict[str, Any]]:
    """Yield a File step for each file that is uploaded; folders and downloads are reported."""
    if options.value("direction") == "download":
        _leave_out(
            options, None, "nothing is downloaded from the machine", "have a script upload it somewhere"
        )
        return
    content = options.take("content")
    if content:
        _leave_out(
            options,
            content,
            "a File step has a file, no content",
            "write the file in a Shell or PowerShell step",
        )
    destination = options.take("destination")
    for name in ("source", "sources"):
        setting = options.take(name)
        for node in items_of(setting.value) if setting else ():
            uri = _source_uri(options, node, setting) if setting else None
            if uri and destination:
                yield _step(options, uri, destination)


def _source_uri(options: Options, node: Node, setting: Setting) -> str | None:
    written, path = find_file(options, node)
    if _URL.match(written):
        return written
    if path is None:
        known = (
            f"there is no file '{written}' beside the template" if written else "the file's name is not known"
        )
        _leave_out(options, setting, known, "import again where the file is, or add a File step with its URL")
        return None
    if path.is_dir():
        message = f"'{written}' is a folder, and a File step brings one file"
        _leave_out(options, setting, message, "pack it into an archive, and unpack that in a step")
        return None
    folder = options.writer.scope.document.result_folder.resolve()
    if not path.resolve().is_relative_to(folder):
        _leave_out(
            options, setting, f"'{written}' is not in the folder of the result", "put it there, or at a URL"
        )
        return None
    relative = path.resolve().relative_to(folder).as_posix()
    options.writer.report.changed(
        setting.place,
        f"'{relative}' is read from the folder of the result; Azure's own service reads URLs only",
        "keep the two together",
    )
    return relative


def _step(options: Options, uri: str, destination: Setting) -> dict[str, Any]:
    name = options.write("name")
    target = _with_file_name(destination.value, Path(uri).name)
    if not _may_be_written(options, target):
        options.writer.report.changed(
            destination.place,
            "on Linux a File step writes as the build user, for whom only /tmp is sure",
            "write to /tmp, and move the file in a Shell step",
        )
    written = options.writer.write(target, destination.place)
    return {"type": "File"} | ({"name": name} if name else {}) | {"sourceUri": uri, "destination": written}


def _with_file_name(destination: Node, name: str) -> Node:
    """Complete a destination that is a folder: Packer knows it by its last character."""
    parts = list(destination.parts) if isinstance(destination, Text) else [destination]
    last = parts[-1]
    if isinstance(last, Literal) and str(last.value).endswith(("/", "\\")):
        return make_text([*parts, Literal(name)])
    return destination


def _may_be_written(options: Options, target: Node) -> bool:
    path = str(options.writer.scope.value(target, unknown="/tmp/"))  # noqa: S108 - what AIB lets be written
    is_windows = bool(PureWindowsPath(path).drive) or "\\" in path or path.startswith("$env:")
    return is_windows or path.startswith("/tmp/")  # noqa: S108 - what AIB lets be written


def _leave_out(options: Options, setting: Setting | None, message: str, fix: str) -> None:
    place = setting.place if setting else options.block.place
    options.writer.report.left_out(place, f"{message}; the step is left out", fix)
