"""`aib schema`."""

from __future__ import annotations

import json

import pytest

from aib_airflow.cli import main
from aib_airflow.template import json_schema, reference


@pytest.mark.parametrize(
    ("words", "schema"),
    [
        ([], json_schema.pipeline_schema),
        (["--pipeline"], json_schema.pipeline_schema),
        (["--template"], json_schema.template_schema),
    ],
)
def test_a_schema_is_the_only_output(
    words: list[str], schema: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that it can be led into a file; pipeline files are the default, for their format is ours."""
    assert main(["schema", *words]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == schema()
    assert captured.err == ""


def test_the_reference_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """The tables of README."""
    assert main(["schema", "--reference"]) == 0
    assert capsys.readouterr().out.strip() == reference.render().strip()


def test_one_form_at_a_time() -> None:
    """Two documents in one file would be neither."""
    with pytest.raises(SystemExit) as ended:
        main(["schema", "--pipeline", "--template"])
    assert ended.value.code == 2
