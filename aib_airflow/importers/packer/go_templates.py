"""Packer's own `{{...}}` in texts: user variables, and what only a run of Packer knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aib_airflow.importers.packer.nodes import Call, Literal, Node, Opaque, Reference, make_text

_ACTION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_WORDS = re.compile(r'`([^`]*)`|"((?:[^"\\]|\\.)*)"|([^\s`"|()]+)|([|()])')
_PIPES = {"lower": "lower", "upper": "upper"}
_REASONS = {
    "env": "is a variable of the environment that Packer runs in",
    "timestamp": "is the time of the run",
    "isotime": "is the time of the run",
    "uuid": "is random for each run",
    "build": "is known once Packer has made its machine",
    "build_name": "is the name of Packer's build",
    "build_type": "is the kind of Packer's builder",
    "packer_version": "is Packer's version",
    "consul_key": "is looked up in Consul",
    "vault": "is looked up in Vault",
    "aws_secretsmanager": "is looked up in AWS",
}
_ROOTS = {"template_dir": "root", "pwd": "cwd"}
_KNOWN = {"user", "split", "replace", "replace_all", "clean_resource_name"} | _REASONS.keys() | _ROOTS.keys()


def read_text(text: str) -> Node:
    """Return the tree of a text. `{{ .Path }}` and what is no function of Packer stay text."""
    if "{{" not in text:
        return Literal(text)
    return make_text(list(_parts(text)))


def _parts(text: str) -> Iterator[Node]:
    position = 0
    for match in _ACTION.finditer(text):
        yield Literal(text[position : match.start()])
        yield _action(match.group(1)) or Literal(match.group())
        position = match.end()
    yield Literal(text[position:])


def _action(source: str) -> Node | None:
    head, *pipes = source.split("|")
    words = [a or b or c or d for a, b, c, d in _WORDS.findall(head)]
    if not words or words[0] not in _KNOWN:
        return None
    node = _function(words, source)
    for pipe in (pipe.strip() for pipe in pipes):
        if pipe not in _PIPES or isinstance(node, Opaque):
            return _unread(source)
        node = Call(_PIPES[pipe], (node,))
    return node


def _function(words: list[str], source: str) -> Node:
    match words:
        case ["user", name]:
            return Reference("var", name)
        case ["env", name]:
            return Opaque(re.sub(r"\W", "", name) or "environment", f"env {name}", _REASONS["env"])
        case ["build", name]:
            return Opaque(f"build_{name}", f"build {name}", _REASONS["build"])
        case [("template_dir" | "pwd") as name]:
            return Reference("path", _ROOTS[name])
        case [name, *_] if name in _REASONS:
            return Opaque(name, source, _REASONS[name])
    return _unread(source)


def _unread(source: str) -> Opaque:
    name = re.sub(r"\W+", "_", source).strip("_")[:40]
    return Opaque(name, source, "is a function of Packer that ARM does not have")
