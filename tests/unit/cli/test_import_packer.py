"""`aib import packer`: a template on stdout or in a file, notes beside it, and an exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aib_airflow.cli import main

TEMPLATE = """
variable "region" { default = "westus2" }

source "azure-arm" "web" {
  client_secret   = "hunter2"
  subscription_id = "11111111-2222-3333-4444-555555555555"
  location        = var.region
  image_publisher = "Debian"
  image_offer     = "debian-12"
  image_sku       = "12-gen2"
  keep_os_disk    = true

  shared_image_gallery_destination {
    resource_group = "images"
    gallery_name   = "demo"
    image_name     = "web"
  }
}

build {
  sources = ["source.azure-arm.web"]
  provisioner "shell" {
    inline = ["echo hello"]
  }
}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "web.pkr.hcl"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def test_the_template_is_on_stdout_and_the_notes_on_stderr(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is printed can be piped into a file; a table says what was lost."""
    assert main(["import", "packer", str(file)]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["resources"][0]["name"] == "web"
    assert "keep_os_disk" in printed.err
    assert "left out" in printed.err
    assert "1 left out, 0 changed, 1 not needed" in printed.err
    assert "hunter2" not in printed.out + printed.err


def test_a_written_template_is_valid(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`aib validate` has nothing to say about it."""
    written = tmp_path / "web.json"
    assert main(["import", "packer", str(file), "--output-file", str(written)]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"aib validate {written}" in printed.err
    assert main(["validate", str(written)]) == 0


def test_a_program_gets_one_object(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Template and notes; nothing is on stderr."""
    assert main(["import", "packer", str(file), "--output", "json"]) == 0
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert printed.err == ""
    assert document["template"]["resources"]
    [lost] = [note for note in document["not_carried_over"] if note["kind"] == "left out"]
    line = file.read_text(encoding="utf-8").splitlines()[lost["line"] - 1]
    assert "keep_os_disk" in line
    assert lost["path"] == "source.azure-arm.web.keep_os_disk"
    assert lost["message"]
    assert lost["fix"]


@pytest.mark.parametrize("option", ["-var", "--var"])
def test_values_are_given_as_to_packer(file: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
    """With one dash or two."""
    assert main(["import", "packer", str(file), option, "region=eastus", "--output", "json"]) == 0
    parameters = json.loads(capsys.readouterr().out)["template"]["parameters"]
    assert parameters["region"]["defaultValue"] == "eastus"


def test_a_malformed_file_is_a_line_and_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its place, and nothing on stdout."""
    path = tmp_path / "web.pkr.hcl"
    path.write_text('source "azure-arm" "x" {\n  location =\n}\n', encoding="utf-8")
    assert main(["import", "packer", str(path)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "web.pkr.hcl:2:13: not HCL" in printed.err
    assert "Traceback" not in printed.err


@pytest.mark.parametrize("words", [["missing.pkr.hcl"], ["web.pkr.hcl", "-var", "region"]])
def test_wrong_use_is_exit_code_2(
    file: Path, words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is not there, a value without a name."""
    monkeypatch.chdir(file.parent)
    assert main(["import", "packer", *words]) == 2
    assert "aib: error" in capsys.readouterr().err
