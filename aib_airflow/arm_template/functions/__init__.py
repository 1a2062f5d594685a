"""The functions of the ARM template language, one module a subject, and the table that has all of them."""

from __future__ import annotations

from aib_airflow.arm_template.functions import (
    collections,
    dates,
    encoding,
    hashes,
    networks,
    resources,
    text,
    values,
)
from aib_airflow.arm_template.functions.arguments import (
    entries_of,
    field_of,
    find_key,
    identity,
    kind_of,
    need_array,
    need_bool,
    need_object,
    need_text,
    need_whole_number,
)
from aib_airflow.arm_template.functions.dates import format_date
from aib_airflow.arm_template.functions.registry import FUNCTIONS, Function

__all__ = [
    "FUNCTIONS",
    "Function",
    "collections",
    "dates",
    "encoding",
    "entries_of",
    "field_of",
    "find_key",
    "format_date",
    "hashes",
    "identity",
    "kind_of",
    "need_array",
    "need_bool",
    "need_object",
    "need_text",
    "need_whole_number",
    "networks",
    "resources",
    "text",
    "values",
]
