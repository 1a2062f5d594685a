"""Scripts come beside the template, and steps name them there."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePath
from typing import Any

import pytest

from aib_airflow.importers.azure_downloads import DownloadError
from aib_airflow.importers.azure_scripts import ScriptFolder, bring_scripts

HOST = "https://example.com"


class FakeWeb:
    """URLs with their content; any other answers 404."""

    def __init__(self, **pages: bytes) -> None:
        self.pages = {f"{HOST}/{name}": content for name, content in pages.items()}
        self.asked: list[str] = []

    def __setitem__(self, url: str, content: bytes) -> None:
        self.pages[url] = content

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.pages:
            raise DownloadError(f"{url} answers 404")
        return self.pages[url]


@pytest.fixture
def scripts(tmp_path: Path) -> ScriptFolder:
    return ScriptFolder(tmp_path / "web.scripts", PurePath("web.scripts"))


def shell(url: str, **more: Any) -> dict[str, Any]:
    return {"type": "Shell", "scriptUri": url, **more}


def test_steps_and_validators_name_their_files_beside_the_template(scripts: ScriptFolder) -> None:
    """Shell, PowerShell and File alike; inline steps and restarts are left alone."""
    web = FakeWeb(a=b"echo a\r\n", b=b"\0\xff", c=b"echo c\n")
    properties: dict[str, Any] = {
        "customize": [
            shell(f"{HOST}/a"),
            {"type": "File", "sourceUri": f"{HOST}/b", "destination": "/tmp/b"},
            {"type": "Shell", "inline": ["x"]},
            {"type": "WindowsRestart"},
        ],
        "validate": {"inVMValidations": [shell(f"{HOST}/c")]},
    }
    assert bring_scripts(properties, scripts, web) == []
    assert properties["customize"][0]["scriptUri"] == "web.scripts/a"
    assert properties["customize"][1]["sourceUri"] == "web.scripts/b"
    assert properties["customize"][2:] == [{"type": "Shell", "inline": ["x"]}, {"type": "WindowsRestart"}]
    assert properties["validate"]["inVMValidations"][0]["scriptUri"] == "web.scripts/c"
    assert {path.name: path.read_bytes() for path in scripts.written} == {
        "a": b"echo a\r\n", "b": b"\0\xff", "c": b"echo c\n",
    }  # fmt: skip


def test_what_cannot_be_had_stays_a_url_and_is_told_with_its_place(scripts: ScriptFolder) -> None:
    """The others are brought all the same; a folder is made only for files."""
    properties: dict[str, Any] = {"customize": [shell(f"{HOST}/gone")]}
    notes = bring_scripts(properties, scripts, FakeWeb())
    assert notes == [f"properties.customize[0].scriptUri stays a URL: {HOST}/gone answers 404"]
    assert properties["customize"][0]["scriptUri"] == f"{HOST}/gone"
    assert not scripts.folder.exists()


def test_a_file_that_is_not_what_its_checksum_says_is_not_taken(scripts: ScriptFolder) -> None:
    """The build would refuse it; a checksum that fits stays in the template."""
    sha256 = hashlib.sha256(b"x").hexdigest()
    wrong, right = (
        shell(f"{HOST}/a?sig=secret", sha256Checksum="0" * 64),
        shell(f"{HOST}/b", sha256Checksum=sha256.upper()),
    )
    web = FakeWeb(b=b"x")
    web[f"{HOST}/a?sig=secret"] = b"x"
    (note,) = bring_scripts({"customize": [wrong, right]}, scripts, web)
    assert f"{HOST}/a?<sas> has the sha256 {sha256}" in note
    assert right == shell("web.scripts/b", sha256Checksum=sha256.upper())


def test_files_of_one_name_do_not_overwrite_each_other(scripts: ScriptFolder) -> None:
    """Other content gets another name; the same content is one file, also with what is there already."""
    scripts.folder.mkdir()
    (scripts.folder / "setup.sh").write_bytes(b"mine")
    web = FakeWeb()
    web[f"{HOST}/1/setup.sh"] = web[f"{HOST}/2/setup.sh"] = b"first"
    web[f"{HOST}/3/setup.sh"] = b"second"
    steps = [shell(f"{HOST}/{number}/setup.sh") for number in (1, 2, 3)]
    assert bring_scripts({"customize": steps}, scripts, web) == []
    assert [step["scriptUri"] for step in steps] == [
        "web.scripts/setup-2.sh", "web.scripts/setup-2.sh", "web.scripts/setup-3.sh",
    ]  # fmt: skip
    assert (scripts.folder / "setup.sh").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a%20b.sh", "a-b.sh"),
        ("x/..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("x/..", "script"),
        (".bashrc", "bashrc"),
        ("", "script"),
        ("x/" + "n" * 300 + ".sh", "n" * 97 + ".sh"),
        ("a%00b.sh?sig=x#y", "a-b.sh"),
    ],
)
def test_a_url_names_no_file_outside_the_folder(scripts: ScriptFolder, path: str, name: str) -> None:
    """Names come from strangers."""
    web = FakeWeb()
    web[f"{HOST}/{path}"] = b"x"
    step = shell(f"{HOST}/{path}")
    bring_scripts({"customize": [step]}, scripts, web)
    assert step["scriptUri"] == f"web.scripts/{name}"
    assert [file.name for file in scripts.folder.iterdir()] == [name]
