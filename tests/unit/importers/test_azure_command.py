"""`aib import azure`: what is wrong with the command line is told before anything is asked of Azure."""

from __future__ import annotations

import pytest

from aib_airflow.cli import main

WEB = "/subscriptions/s/resourceGroups/g/providers/Microsoft.VirtualMachineImages/imageTemplates/web"


@pytest.mark.parametrize(
    ("words", "exit_code", "complaint"),
    [
        (["web"], 1, "'web' is no id of an image template; give /subscriptions/"),
        ([WEB.replace("imageTemplates", "triggers")], 1, "Microsoft.VirtualMachineImages/triggers"),
        ([WEB, "--output-file", "web.yaml"], 2, "web.yaml: a template's file ends in .json"),
    ],
)
def test_a_wrong_word_is_one_line(
    words: list[str], exit_code: int, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """1 for what is no template's id, 2 for wrong use."""
    assert main(["import", "azure", *words]) == exit_code
    said = capsys.readouterr()
    assert said.out == ""
    assert complaint in said.err
    assert len(said.err.splitlines()) == 1


def test_an_id_is_required(capsys: pytest.CaptureFixture[str]) -> None:
    """As argparse says it."""
    with pytest.raises(SystemExit, match="2"):
        main(["import", "azure"])
    assert "RESOURCE_ID" in capsys.readouterr().err
