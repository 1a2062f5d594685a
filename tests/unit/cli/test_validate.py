"""`aib validate`: every fault, in three forms, and an exit code."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from aib_airflow.cli import main
from aib_airflow.cli.validate import check, find_files
from aib_airflow.cli.verdicts import Verdict, as_annotations, as_lines
from aib_airflow.template import Fault, Reading, SourceFile

GALLERY_IMAGE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/demo/images/web"

PROPERTIES: dict[str, Any] = {
    "source": {"type": "PlatformImage", "publisher": "Debian", "offer": "debian-12", "sku": "12-gen2"},
    "customize": [{"type": "Shell", "name": "hello", "inline": ["echo hello"]}],
    "distribute": [
        {
            "type": "SharedImage",
            "runOutputName": "out",
            "galleryImageId": GALLERY_IMAGE,
            "targetRegions": [{"name": "westus2"}],
        }
    ],
}

KEYS = {
    "file", "ok", "kind", "api_version", "resources", "faults", "missing_parameters", "placeholders",
}  # fmt: skip
FAULT_KEYS = {"line", "column", "path", "message", "severity", "fix"}


def resource(**properties: Any) -> dict[str, Any]:
    return {
        "type": "Microsoft.VirtualMachineImages/imageTemplates",
        "apiVersion": "2024-02-01",
        "location": "westus2",
        "properties": PROPERTIES | properties,
    }


def deployment(parameters: dict[str, Any], **properties: Any) -> dict[str, Any]:
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    inner = resource(**properties) | {"name": "web"}
    return {"$schema": schema, "contentVersion": "1.0.0.0", "parameters": parameters, "resources": [inner]}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write_file(name: str, document: Any) -> Path:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(document if isinstance(document, str) else json.dumps(document, indent=2))
        return file

    return write_file


@pytest.fixture
def broken(write: Callable[..., Path]) -> Path:
    return write("web.json", resource(vmprofile={"vmSize": 1}, distribute=[], buildTimeoutInMinutes=1000))


def test_the_checkouts_own_templates_are_sound(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is found, nothing is printed as a finding, exit code 0."""
    assert main(["validate", str(checkout / "dags" / "images")]) == 0
    assert capsys.readouterr().out == ""


def test_every_fault_is_a_line_and_ends_with_1(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`file:line:column: .path: what; what to do`, under the name that the user gave."""
    assert main(["validate", str(broken)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 2
    assert all(re.match(rf"{re.escape(str(broken))}:\d+:\d+: \.properties\.", line) for line in lines)
    assert any(".properties.distribute: " in line and "; " in line for line in lines)


def test_a_line_is_never_folded(write: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Editors jump to what stands before the second colon; a long fault is one line all the same."""
    file = write(
        "web.json", resource(distribute=[PROPERTIES["distribute"][0] | {"galleryImageId": "x" * 500}])
    )
    main(["validate", str(file)])
    assert any("x" * 500 in line for line in capsys.readouterr().out.splitlines())


def test_the_last_line_counts(broken: Path, checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files, those that are well, errors, warnings; on stderr, for it is no finding."""
    own = checkout / "dags" / "images" / "debian12_baseline.json"
    main(["validate", str(broken), str(own)])
    captured = capsys.readouterr()
    faults = len(captured.out.splitlines())
    warnings = captured.out.count(" warning: ")
    assert captured.err.startswith("2 files, 1 ok, ")
    assert [int(number) for number in re.findall(r"(\d+) (?:error|warning)", captured.err)] == [
        faults - warnings,
        warnings,
    ]


def test_a_warning_alone_is_no_failure(
    write: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """What this version does not build yet is said, and the file is a DAG nevertheless."""
    powershell = {"type": "PowerShell", "inline": ["Get-Date"]}
    source = PROPERTIES["source"] | {"publisher": "MicrosoftWindowsServer"}
    file = write("web.json", resource(customize=[powershell], source=source))
    assert main(["validate", str(file)]) == 0
    captured = capsys.readouterr()
    assert " warning: " in captured.out
    assert "PowerShell" in captured.out
    assert "1 file, 1 ok, 0 errors" in captured.err


def test_older_habits_are_warnings_unless_strict(
    write: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """A number in quotes: the service took it before 2024-02-01."""
    file = write("web.json", resource(buildTimeoutInMinutes="60"))
    assert main(["validate", str(file)]) == 0
    assert "warning" in capsys.readouterr().out
    assert main(["validate", "--strict", str(file)]) == 1


def test_json_is_one_object_a_file(
    broken: Path, write: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each on its own line, in the order of the command line, and nothing else on stdout."""
    sound = write("sound.json", resource())
    assert main(["validate", "--output", "json", str(broken), str(sound)]) == 1
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert set(first) == set(second) == KEYS
    assert (first["file"], first["ok"]) == (str(broken), False)
    assert {"line", "column", "path", "message", "severity"} <= set(first["faults"][0]) <= FAULT_KEYS
    assert {fault["severity"] for fault in first["faults"]} <= {"error", "warning"}
    assert (second["ok"], second["faults"], second["api_version"]) == (True, [], "2024-02-01")
    assert second["resources"] == [
        {
            "name": second["resources"][0]["name"],
            "source": "PlatformImage",
            "customizers": ["Shell"],
            "validators": [],
            "distributors": ["SharedImage"],
            "os": "Linux",
        }
    ]


def test_what_is_missing_is_listed(write: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    """All parameters without a value at once, and all placeholders."""
    declared = {name: {"type": "string"} for name in ("size", "tag")}
    profile = {"vmSize": "[parameters('size')]"}
    target = PROPERTIES["distribute"][0] | {
        "artifactTags": {"a": "[parameters('tag')]"},
        "galleryImageId": GALLERY_IMAGE.replace("/s/", "/<subscription>/"),
    }
    file = write("web.json", deployment(declared, vmProfile=profile, distribute=[target]))
    main(["validate", "--output", "json", str(file)])
    document = json.loads(capsys.readouterr().out)
    assert document["missing_parameters"] == ["size", "tag"]
    assert "<subscription>" in document["placeholders"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("values.parameters.json", {"parameters": {"size": {"value": "Standard_D2s_v5"}}}),
        ("values.json", {"size": "Standard_D2s_v5"}),
        ("values.yaml", "size: Standard_D2s_v5\n"),
    ],
)
def test_a_file_gives_the_values(
    name: str, values: Any, write: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """ARM's own form, or plain JSON or YAML."""
    document = deployment({"size": {"type": "string"}}, vmProfile={"vmSize": "[parameters('size')]"})
    arguments = [
        "--output",
        "json",
        "--parameters",
        str(write(name, values)),
        str(write("web.json", document)),
    ]
    assert main(["validate", *arguments]) == 0
    assert json.loads(capsys.readouterr().out)["missing_parameters"] == []


@pytest.mark.parametrize("text", ["{", "[1, 2]", None])
def test_values_that_cannot_be_read_are_wrong_use(
    text: str | None, write: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Broken JSON, no object, no such file: exit code 2 and the file's name."""
    values = tmp_path / "values.json" if text is None else write("values.json", text)
    assert main(["validate", "--parameters", str(values), str(write("web.json", resource()))]) == 2
    assert "values.json" in capsys.readouterr().err


def test_github_shows_faults_at_their_lines(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One workflow command a fault, and a summary that is none."""
    assert main(["validate", "--output", "github", str(broken)]) == 1
    captured = capsys.readouterr()
    for line in captured.out.splitlines():
        assert re.fullmatch(r"::(error|warning) file=[^,:]+,line=\d+,col=\d+,title=[^,:]+::.+", line)
    assert captured.err.startswith("1 file, 0 ok")


def test_what_github_would_take_as_its_own_is_escaped() -> None:
    """Percent signs and line ends everywhere, colons and commas in properties: what GitHub documents."""
    fault = Fault(Path("a,b:c.json"), (3, 7), ".tags.a:b,c", "100%\nof it: all, gone")
    verdict = Verdict(Path("a,b:c.json"), Reading(SourceFile(Path("a,b:c.json"), "")), (fault,))
    assert list(as_annotations(verdict)) == [
        "::error file=a%2Cb%3Ac.json,line=3,col=7,title=.tags.a%3Ab%2Cc::100%25%0Aof it: all, gone"
    ]


def test_people_see_colours_and_programs_do_not() -> None:
    """Errors red, warnings yellow, on a terminal only; what a template says is never taken as markup."""
    faults = (
        Fault(Path("a.json"), (1, 2), ".a", "[bold]no[/bold]", "mend it"),
        Fault(Path("a.json"), (2, 2), "", "hm", severity="warning"),
    )
    verdict = Verdict(Path("dir/a.json"), Reading(SourceFile(Path("a.json"), "")), faults)

    def shown(**options: Any) -> str:
        console = Console(file=io.StringIO(), **options)
        for line in as_lines(verdict):
            console.print(line, soft_wrap=True)
        return console.file.getvalue()

    assert shown() == "dir/a.json:1:2: .a: [bold]no[/bold]; mend it\ndir/a.json:2:2: warning: hm\n"
    assert "\x1b[" in shown(force_terminal=True, color_system="standard")


def test_a_fault_of_the_file_that_a_pipeline_names_is_told_there(
    write: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The line is one of the template, so the name before it is the template's."""
    write("web.json", resource(vmprofile={}) | {"extra": 1})
    pipeline = write("web.yaml", "template: web.json\n")
    assert main(["validate", "--strict", str(pipeline)]) == 1
    assert all("web.json:" in line for line in capsys.readouterr().out.splitlines())


def test_a_pipeline_file_stands_for_the_template_beside_it(tmp_path: Path) -> None:
    """`web.yaml` and `web.json` are one image; parameters and scripts beside them are none."""
    for name in ("web.json", "web.yaml", "web.parameters.json", "db.json", "setup.sh"):
        (tmp_path / name).touch()
    (tmp_path / "web.yaml").write_text("template: web.json\n")
    assert [file.name for file in find_files(tmp_path)] == ["db.json", "web.yaml"]


def test_folders_below_are_looked_into_when_asked(write: Callable[..., Path], tmp_path: Path) -> None:
    """Hidden folders are not: a checkout's own files are no templates."""
    for name in ("a.json", "below/b.json", ".git/c.json"):
        write(name, resource())
    assert [file.name for file in find_files(tmp_path)] == ["a.json"]
    assert [file.name for file in find_files(tmp_path, recursive=True)] == ["a.json", "b.json"]


def test_a_file_named_twice_is_checked_once(
    write: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its own name and by its folder's."""
    file = write("web.json", resource())
    main(["validate", "--output", "json", str(tmp_path), str(file)])
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_what_is_not_there_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and the name."""
    assert main(["validate", "/no/such/folder"]) == 2
    assert "/no/such/folder" in capsys.readouterr().err


def test_a_folder_without_templates_is_wrong_use(tmp_path: Path) -> None:
    """A green check of nothing would hide a mistyped path."""
    assert main(["validate", str(tmp_path)]) == 2


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe\x00", b"null", b"[]", b"\x00" * 9, b'{"a": ' * 3000]
)
def test_no_content_gives_a_traceback(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a file holds, it is a finding with a place."""
    file = tmp_path / "web.json"
    file.write_bytes(content)
    assert main(["validate", "--output", "json", str(file)]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["faults"][0]["line"] >= 1


def test_a_template_that_cannot_be_a_dag_is_an_error(write: Callable[..., Path]) -> None:
    """What only the plan finds, two targets of one task id, is found here as well."""
    first = PROPERTIES["distribute"][0]
    names = ("a.b", "a-b")
    verdict = check(
        write("web.json", resource(distribute=[first | {"runOutputName": name} for name in names])), {}
    )
    assert verdict.reading.ok
    assert not verdict.ok
