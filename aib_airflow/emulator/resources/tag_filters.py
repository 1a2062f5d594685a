"""The two `$filter` expressions that Resources understands: by tag, and by resource type."""

from __future__ import annotations

import re
from collections.abc import Callable

from aib_airflow.emulator.errors import ArmError
from aib_airflow.emulator.store import Json

_TERM = re.compile(
    r"\s*(?P<key>tagName|tagValue|resourceType|name)\s+eq\s+'(?P<value>(?:[^']|'')*)'\s*", re.IGNORECASE
)


def parse(text: str) -> Callable[[Json], bool]:
    """Return a test for resource bodies. Raises ArmError (400) for an expression it does not know."""
    terms = {}
    for part in re.split(r"\s+and\s+", text.strip()) if text.strip() else []:
        match = _TERM.fullmatch(part)
        if match is None:
            raise ArmError(400, "InvalidFilterInQueryString", f"Invalid $filter '{text}' specified.")
        terms[match["key"].lower()] = match["value"].replace("''", "'")
    return lambda body: _fits(body, terms)


def _fits(body: Json, terms: dict[str, str]) -> bool:
    tags = {key.lower(): value for key, value in (body.get("tags") or {}).items()}
    if "tagname" in terms and terms["tagname"].lower() not in tags:
        return False
    if "tagvalue" in terms and tags.get(terms.get("tagname", "").lower()) != terms["tagvalue"]:
        return False
    wanted = {"type": terms.get("resourcetype"), "name": terms.get("name")}
    return all(value is None or str(body[key]).lower() == value.lower() for key, value in wanted.items())
