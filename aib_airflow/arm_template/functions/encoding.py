"""ARM's functions that write text in other alphabets: base64, percent signs, data URIs."""

from __future__ import annotations

import base64
import json
import urllib.parse
from typing import Any

from aib_airflow.arm_template.errors import ExpressionError
from aib_airflow.arm_template.functions.arguments import limited, need_text
from aib_airflow.arm_template.functions.registry import arm_function

_DATA_URI = "data:text/plain;charset=utf8;base64,"


@arm_function("base64", 1, 1)
def to_base64(text: Any) -> str:
    """Encode the UTF-8 bytes of `text`."""
    return limited("base64", base64.b64encode(utf8("base64", text)).decode())


@arm_function("base64ToString", 1, 1)
def from_base64(text: Any) -> str:
    """Decode base64 that holds UTF-8."""
    return _decoded("base64ToString", need_text("base64ToString", text))


@arm_function("base64ToJson", 1, 1)
def from_base64_json(text: Any) -> Any:
    """Decode base64 that holds JSON."""
    try:
        return json.loads(_decoded("base64ToJson", need_text("base64ToJson", text)))
    except (ValueError, RecursionError) as wrong:
        raise ExpressionError(f"base64ToJson() cannot read its argument: {wrong}") from None


@arm_function("dataUri", 1, 1)
def to_data_uri(text: Any) -> str:
    """Write `text` as a data URI."""
    return limited("dataUri", _DATA_URI + base64.b64encode(utf8("dataUri", text)).decode())


@arm_function("dataUriToString", 1, 1)
def from_data_uri(uri: Any) -> str:
    """Read the text of a data URI."""
    head, comma, body = need_text("dataUriToString", uri).partition(",")
    if not comma or not head.lower().startswith("data:"):
        raise ExpressionError("dataUriToString() needs a URI that begins with 'data:'")
    if head.lower().endswith(";base64"):
        return _decoded("dataUriToString", body)
    return urllib.parse.unquote(body)


@arm_function("uri", 2, 2)
def uri(base: Any, relative: Any) -> str:
    """Resolve `relative` against `base`."""
    try:
        return limited("uri", urllib.parse.urljoin(need_text("uri", base), need_text("uri", relative)))
    except ValueError as wrong:
        raise ExpressionError(f"uri() cannot join these: {wrong}") from None


@arm_function("uriComponent", 1, 1)
def uri_component(text: Any) -> str:
    """Percent-encode `text`."""
    return limited("uriComponent", urllib.parse.quote(utf8("uriComponent", text), safe=""))


@arm_function("uriComponentToString", 1, 1)
def from_uri_component(text: Any) -> str:
    """Read percent-encoded `text`."""
    return urllib.parse.unquote(need_text("uriComponentToString", text))


def utf8(function: str, text: Any) -> bytes:
    """Return the UTF-8 bytes of `text`. Raises ExpressionError, or Undetermined."""
    try:
        return need_text(function, text).encode()
    except UnicodeEncodeError:
        raise ExpressionError(f"{function}() needs text that UTF-8 can write") from None


def _decoded(function: str, text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        raise ExpressionError(f"{function}() needs base64 of UTF-8 text") from None
