"""Image templates: AIB JSON and pipeline YAML, read and checked. Never runs anything, never opens the network."""

from __future__ import annotations

from aib_airflow.template.documents import SourceFile
from aib_airflow.template.faults import Fault, TemplateError
from aib_airflow.template.folders import find_templates
from aib_airflow.template.model import ImageTemplate
from aib_airflow.template.reader import load, reload

__all__ = ["Fault", "ImageTemplate", "SourceFile", "TemplateError", "find_templates", "load", "reload"]
