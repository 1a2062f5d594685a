"""An image's name, which is its DAG's id: the file's, in the characters that Airflow and Azure both take."""

from __future__ import annotations

import hashlib
import re

MAX_LENGTH = 80
"""Characters of a DAG's id that leave room in task ids, group names and tags."""

_VALID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_INVALID = re.compile(r"[^A-Za-z0-9_.-]+")
_DIGEST_LENGTH = 8


def image_name(wanted: str) -> str:
    """Return `wanted` if a DAG may be called so, and otherwise the nearest name that is always the same."""
    if _VALID.fullmatch(wanted) and len(wanted) <= MAX_LENGTH:
        return wanted
    name = _INVALID.sub("-", wanted).strip("-.") or "image"
    if len(name) <= MAX_LENGTH:
        return name
    digest = hashlib.sha256(wanted.encode("utf-8", "replace")).hexdigest()[:_DIGEST_LENGTH]
    return f"{name[: MAX_LENGTH - _DIGEST_LENGTH - 1]}-{digest}"
