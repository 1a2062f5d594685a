"""Image templates: AIB JSON and pipeline YAML, read and checked. Never runs anything, never opens the network."""

from __future__ import annotations

from aib_airflow.template.documents import SourceFile
from aib_airflow.template.faults import START, Fault, TemplateError
from aib_airflow.template.folders import find_templates
from aib_airflow.template.image_names import image_name
from aib_airflow.template.model import ImageTemplate, Mode
from aib_airflow.template.parameter_files import values_in
from aib_airflow.template.reader import load, read, reload
from aib_airflow.template.reading import Reading, ResourceSummary

__all__ = [
    "START",
    "Fault",
    "ImageTemplate",
    "Mode",
    "Reading",
    "ResourceSummary",
    "SourceFile",
    "TemplateError",
    "find_templates",
    "image_name",
    "load",
    "read",
    "reload",
    "values_in",
]
