"""References to what neither variables nor locals tell: `build.x`, `data.a.b.c`, a local of another file."""

from __future__ import annotations

import re

from aib_airflow.importers.packer.nodes import Access, Literal, Node, Opaque, Reference


def foreign_path(node: Node) -> list[str]:
    """Return the words of `data.a.b.c` and `build.x`; nothing for what variables and locals tell."""
    match node:
        case Reference(space, name) if space not in ("var", "local", "path"):
            return [space, name]
        case Access(whole, Literal(word)):
            words = foreign_path(whole)
            return [*words, str(word)] if words else []
    return []


def unknown_reference(space: str, name: str) -> Opaque:
    """Return what stands for a reference that has no value here."""
    source = f"{space}.{name}" if name else space
    reasons = {
        "build": "is known once Packer has made its machine",
        "local": "is a local that no file defines",
    }
    looked_up = "is looked up by Packer" if space.startswith("data") else "has no value in this file"
    return Opaque(re.sub(r"\W", "_", source), source, reasons.get(space, looked_up))
