"""`{{ expressions }}` in a pipeline file: texts are rendered, never the file's structure; nothing can be called."""

from __future__ import annotations

from typing import Any

from aib_airflow.template.documents import SourceFile
from aib_airflow.template.faults import Fault


def render(file: SourceFile, document: dict[str, Any]) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    """Return `document` with the expressions of its texts evaluated, and what is wrong with them."""
    variables = document.get("variables")
    if variables:
        return document, (file.fault(("variables",), "variables are not evaluated yet", "write the values"),)
    return document, ()
