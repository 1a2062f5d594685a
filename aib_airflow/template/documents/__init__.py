"""Files as text, and text as JSON values: JSON as people write it, and YAML, with the place of everything in it."""

from __future__ import annotations

from aib_airflow.template.documents.source_file import MAX_FILE_BYTES, Document, SourceFile

__all__ = ["MAX_FILE_BYTES", "Document", "SourceFile"]
