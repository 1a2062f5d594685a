"""Parameter values from files: the one beside a template, and the one that a pipeline file names."""

from __future__ import annotations

from typing import Any

from aib_airflow.arm_template import read_parameters
from aib_airflow.template.documents import SourceFile
from aib_airflow.template.faults import TemplateError
from aib_airflow.template.files import Files
from aib_airflow.template.pipeline import PipelineSettings
from aib_airflow.template.pipeline_files import beside


def given_values(
    template: SourceFile, main: SourceFile, settings: PipelineSettings, files: Files
) -> dict[str, Any]:
    """Return what the files around a template say of its parameters; a pipeline file's own values win.

    `web.parameters.json` beside `web.json` is found by its name, as Azure's own tools call it. Raises
    TemplateError.
    """
    named = settings.parameters_file
    usual = template.path.with_name(f"{template.path.stem}.parameters.json")
    file = beside(main, ("parameters_file",), named, files) if named else files.find(usual)
    return (values_in(file) if file else {}) | settings.parameters


def values_in(file: SourceFile) -> dict[str, Any]:
    """Return the values of a parameters file, ARM's or plain. Raises TemplateError."""
    document = file.read_document(lenient=True)
    values, wrong = read_parameters(document.value)
    faults = [each for each in document.remarks if each.severity == "error"]
    faults += [file.fault(each.path, each.message, each.fix) for each in wrong]
    if faults:
        raise TemplateError(faults)
    return values
