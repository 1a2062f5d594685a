"""A provisioner's environment variables, as lines that go before a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aib_airflow.importers.packer.document import Setting
from aib_airflow.importers.packer.nodes import Fields, Items, Literal, Node, Text, make_text
from aib_airflow.importers.packer.options import Options

_Pair = tuple[str, tuple[Node, ...]]


def shell_exports(options: Options) -> list[Node]:
    """Return `export NAME='value'` for each variable."""
    return _lines(options, "export {}='", "'", lambda text: text.replace("'", "'\"'\"'"))


def powershell_assignments(options: Options) -> list[Node]:
    """Return `$env:NAME = 'value'` for each variable."""
    return _lines(options, "$env:{} = '", "'", lambda text: text.replace("'", "''"))


def _lines(options: Options, before: str, after: str, quote: Callable[[str], str]) -> list[Node]:
    found = []
    for name, parts in _pairs(options):
        quoted = [Literal(quote(str(part.value))) if isinstance(part, Literal) else part for part in parts]
        found.append(make_text([Literal(before.format(name)), *quoted, Literal(after)]))
    return found


def _pairs(options: Options) -> Iterator[_Pair]:
    setting = options.take("environment_vars")
    if setting is not None:
        for node in _listed(setting, options):
            yield from _pair(node, setting, options)
    mapped = options.take("env")
    if mapped is not None and isinstance(mapped.value, Fields):
        yield from ((name, _parts(value)) for name, value in mapped.value.fields)
    elif mapped is not None:
        _report(mapped, options)


def _listed(setting: Setting, options: Options) -> tuple[Node, ...]:
    if isinstance(setting.value, Items):
        return setting.value.items
    value = options.writer.scope.value(setting.value)
    if isinstance(value, str):
        return tuple(Literal(pair) for pair in value.split(","))
    if isinstance(value, list):
        return tuple(Literal(pair) for pair in value)
    _report(setting, options)
    return ()


def _pair(node: Node, setting: Setting, options: Options) -> Iterator[_Pair]:
    first, *rest = _parts(node)
    if not isinstance(first, Literal) or "=" not in str(first.value):
        _report(setting, options)
        return
    name, _, value = str(first.value).partition("=")
    yield name.strip(), (Literal(value), *rest)


def _parts(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, Text) else (node,)


def _report(setting: Setting, options: Options) -> None:
    options.writer.report.left_out(
        setting.place,
        f"which variables {setting.name} has is not known before a run",
        "set them in the step's script",
    )
