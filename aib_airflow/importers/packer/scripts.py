"""A provisioner's scripts: lines in the template, or files on the disk of whoever runs Packer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from aib_airflow.importers.packer.document import Setting
from aib_airflow.importers.packer.nodes import Items, Literal, Node, Text, items_of, make_text
from aib_airflow.importers.packer.options import Options

MAX_SCRIPT_BYTES = 1024 * 1024
_GENERALIZES = re.compile(r"sysprep|deprovision|generali[sz]e", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Script:
    """One script. `name` is its file's, without suffix; `lines` hold values still to be written."""

    lines: tuple[Node, ...]
    name: str = ""


def read_scripts(options: Options) -> Iterator[Script]:
    """Yield the scripts of a provisioner in their order; a file that cannot be read is reported."""
    inline = options.take("inline")
    if inline is not None:
        yield Script(tuple(_lines(inline, options)))
    for name in ("script", "scripts"):
        setting = options.take(name)
        for node in () if setting is None else _nodes(setting, options):
            script = _read_file(node, setting, options) if setting else None
            if script:
                yield script


def find_file(options: Options, node: Node) -> tuple[str, Path | None]:
    """Return a file's name as it is written, and where it is; both empty if the name itself is unknown.

    Packer looks from the folder it runs in: that may be the template's, or one above.
    """
    written = options.writer.scope.value(node)
    if not isinstance(written, str):
        return "", None
    relative = Path(PureWindowsPath(written).as_posix() if "\\" in written else written)
    folder = options.writer.scope.document.folder
    places = (folder, *list(folder.absolute().parents)[:4]) if not relative.is_absolute() else (folder,)
    found = (Path(place, relative) for place in places)
    return written, next((path for path in found if path.exists()), None)


def _nodes(setting: Setting, options: Options) -> tuple[Node, ...]:
    """Return a list's items; a list that is a variable is one once its value is known."""
    if isinstance(setting.value, Items | Literal | Text):
        return items_of(setting.value)
    value = options.writer.scope.value(setting.value)
    if isinstance(value, list):
        return tuple(Literal(item) for item in value)
    return (setting.value,)


def _lines(setting: Setting, options: Options) -> Iterator[Node]:
    for node in _nodes(setting, options):
        yield from _split(node)


def _split(node: Node) -> Iterator[Node]:
    """Cut a text at its line ends, so that a long script reads as one in the template too."""
    if isinstance(node, Literal):
        yield from (Literal(line) for line in str(node.value).splitlines() or [""])
        return
    line: list[Node] = []
    for part in node.parts if isinstance(node, Text) else (node,):
        first, *rest = str(part.value).split("\n") if isinstance(part, Literal) else [part]
        line.append(Literal(first) if isinstance(first, str) else first)
        for text in rest:
            yield make_text(line)
            line = [Literal(text) if isinstance(text, str) else text]
    if line != [Literal("")]:
        yield make_text(line)


def _read_file(node: Node, setting: Setting, options: Options) -> Script | None:
    written, path = find_file(options, node)
    report = options.writer.report
    if not written:
        report.left_out(
            setting.place, "the script's name is not known, and its step is left out", "give it with -var"
        )
    elif path is None or not path.is_file():
        generalizes = _GENERALIZES.search(written)
        report.left_out(
            setting.place,
            f"there is no script '{written}' beside the template, and its step is left out",
            "nothing is missing if it only generalises the machine: the engine does that"
            if generalizes
            else "import again where the script is, or add a step with its scriptUri",
        )
    else:
        return _script(path, written, setting, options)
    return None


def _script(path: Path, written: str, setting: Setting, options: Options) -> Script | None:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = None
    if text is None or len(content) > MAX_SCRIPT_BYTES:
        options.writer.report.left_out(
            setting.place,
            f"the script '{written}' is no UTF-8 text of at most {MAX_SCRIPT_BYTES} bytes; its step is left out",
            "add a step with its scriptUri",
        )
        return None
    return Script(tuple(Literal(line) for line in text.splitlines()), path.stem)
