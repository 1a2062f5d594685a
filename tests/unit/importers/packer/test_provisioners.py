"""Provisioners as steps, in both formats' documented names."""

from __future__ import annotations

from typing import Any

import pytest

AS_ROOT = '[ "$(id -u)" -eq 0 ] || exec sudo -E "$0" "$@"'


def test_provisioners_become_steps_in_their_order(packer: Any, properties: Any) -> None:
    """Each of the five kinds that a template has a word for."""
    packer.write("motd", "hello")
    imported = packer.json(
        {"type": "shell", "inline": ["echo hello"]},
        {"type": "file", "source": "motd", "destination": "/tmp/motd"},
        {"type": "powershell", "inline": ["Write-Host hello"]},
        {
            "type": "windows-restart",
            "restart_command": "shutdown /r",
            "restart_check_command": "hostname",
            "restart_timeout": "10m",
        },
        {
            "type": "windows-update",
            "search_criteria": "IsInstalled=0",
            "filters": ["include:$true"],
            "update_limit": 20,
        },
    )
    assert properties(imported)["customize"] == [
        {"type": "Shell", "inline": ["echo hello"]},
        {"type": "File", "sourceUri": "motd", "destination": "/tmp/motd"},
        {"type": "PowerShell", "inline": ["Write-Host hello"]},
        {
            "type": "WindowsRestart",
            "restartCommand": "shutdown /r",
            "restartCheckCommand": "hostname",
            "restartTimeout": "10m",
        },
        {
            "type": "WindowsUpdate",
            "searchCriteria": "IsInstalled=0",
            "filters": ["include:$true"],
            "updateLimit": 20,
        },
    ]


def test_a_local_script_is_put_inline(packer: Any, properties: Any) -> None:
    """Its shebang stays first, its variables follow, and each script is a step of its own."""
    packer.write("scripts/a.sh", "#!/bin/bash\necho a\n")
    packer.write("scripts/b.sh", "echo b\n")
    imported = packer.json(
        {
            "type": "shell",
            "scripts": ["scripts/a.sh", "scripts/b.sh"],
            "environment_vars": ["WHO=it's me", "MODE=x"],
        }
    )
    exports = ["export WHO='it'\"'\"'s me'", "export MODE='x'"]
    assert properties(imported)["customize"] == [
        {"type": "Shell", "name": "a", "inline": ["#!/bin/bash", *exports, "echo a"]},
        {"type": "Shell", "name": "b", "inline": [*exports, "echo b"]},
    ]


def test_a_script_that_is_not_there_is_reported(packer: Any, properties: Any, notes: Any) -> None:
    """Its step is left out, and the others stay."""
    imported = packer.json({"type": "shell", "script": "missing.sh"}, {"type": "shell", "inline": ["true"]})
    assert properties(imported)["customize"] == [{"type": "Shell", "inline": ["true"]}]
    assert notes(imported)["script"].startswith("left out: there is no script 'missing.sh'")


@pytest.mark.parametrize(
    ("command", "head"),
    [
        ("chmod +x {{ .Path }}; {{ .Vars }} sudo -E sh '{{ .Path }}'", ["#!/bin/sh", AS_ROOT]),
        ("{{.Vars}} sudo -E bash '{{.Path}}'", ["#!/bin/bash", AS_ROOT]),
        ("sudo sh -c '{{ .Vars }} {{ .Path }}'", [AS_ROOT]),
        ("echo 'pw' | {{.Vars}} sudo -S -E bash -eux '{{.Path}}'", ["#!/bin/bash -eux", AS_ROOT]),
        ("chmod +x {{ .Path }}; {{ .Vars }} {{ .Path }}", []),
        ("bash {{.Path}}", ["#!/bin/bash"]),
    ],
)
def test_execute_command_decides_on_root_and_shell(
    packer: Any, properties: Any, command: str, head: list[str]
) -> None:
    """A step runs as the build user; a first line makes it root."""
    imported = packer.json({"type": "shell", "inline": ["true"], "execute_command": command})
    assert properties(imported)["customize"] == [{"type": "Shell", "inline": [*head, "true"]}]


def test_a_password_for_sudo_is_not_needed(packer: Any, properties: Any) -> None:
    """Nobody knows it before a run, and the build user needs none."""
    command = "echo '{{user `ssh_pass`}}' | {{ .Vars }} sudo -S -E sh '{{ .Path }}'"
    imported = packer.json(
        {"type": "shell", "inline": ["true"], "execute_command": command}, variables={"ssh_pass": None}
    )
    assert properties(imported)["customize"][0]["inline"] == ["#!/bin/sh", AS_ROOT, "true"]
    assert "parameters" not in imported.template


def test_another_execute_command_is_reported(packer: Any, notes: Any) -> None:
    """What it does besides cannot be told."""
    imported = packer.json({"type": "shell", "inline": ["true"], "execute_command": "su -c '{{.Path}}' root"})
    assert notes(imported)["execute_command"].startswith("left out")


@pytest.mark.parametrize(
    ("user", "rights"),
    [
        ("SYSTEM", {"runElevated": True, "runAsSystem": True}),
        ("NT AUTHORITY\\SYSTEM", {"runElevated": True, "runAsSystem": True}),
        ("{{build `User`}}", {"runElevated": True}),
        ("admin", {"runElevated": True}),
    ],
)
def test_elevated_powershell_keeps_its_rights(
    packer: Any, properties: Any, user: str, rights: dict[str, bool]
) -> None:
    """As SYSTEM, or as the build user."""
    imported = packer.json(
        {
            "type": "powershell",
            "inline": ["whoami"],
            "elevated_user": user,
            "elevated_password": "{{.WinRMPassword}}",
            "valid_exit_codes": [0, 3010],
        }
    )
    assert properties(imported)["customize"] == [
        {"type": "PowerShell", "inline": ["whoami"]} | rights | {"validExitCodes": [0, 3010]}
    ]


def test_a_powershell_script_with_parameters_stays_valid(packer: Any, properties: Any) -> None:
    """`param(...)` must come first in a script, so that variables go around it."""
    packer.write("a.ps1", "# what it does\nparam($x)\nWrite-Host $x\n")
    imported = packer.json({"type": "powershell", "script": "a.ps1", "environment_vars": ["X=it's"]})
    assert properties(imported)["customize"][0]["inline"] == [
        "$env:X = 'it''s'",
        "& {",
        "# what it does",
        "param($x)",
        "Write-Host $x",
        "}",
    ]


def test_a_pause_is_a_line_of_the_script(packer: Any, properties: Any) -> None:
    """A step waits by itself."""
    imported = packer.json(
        {"type": "shell", "inline": ["true"], "pause_before": "1m30s"},
        {"type": "powershell", "inline": ["hostname"], "pause_before": "10s"},
    )
    assert [step["inline"] for step in properties(imported)["customize"]] == [
        ["sleep 90", "true"],
        ["Start-Sleep -Seconds 10", "hostname"],
    ]


def test_a_line_in_brackets_is_no_expression(packer: Any, properties: Any) -> None:
    """ARM would evaluate it; a second bracket keeps it text."""
    imported = packer.json({"type": "shell", "inline": ["[[ -f /x ]]", "[ -f /x ] && true"]})
    assert properties(imported)["customize"][0]["inline"] == ["[[[ -f /x ]]", "[ -f /x ] && true"]


def test_a_folder_is_reported(packer: Any, notes: Any) -> None:
    """A File step brings one file."""
    (packer.folder / "assets").mkdir()
    imported = packer.json({"type": "file", "source": "assets", "destination": "/tmp/assets"})
    assert "is a folder" in notes(imported)["source"]


def test_a_file_gets_its_name_in_a_folder(packer: Any, properties: Any) -> None:
    """A destination that ends with a slash is a folder."""
    packer.write("a.zip", "x")
    imported = packer.json({"type": "file", "source": "a.zip", "destination": "C:\\temp\\"})
    assert properties(imported)["customize"] == [
        {"type": "File", "sourceUri": "a.zip", "destination": "C:\\temp\\a.zip"}
    ]


@pytest.mark.parametrize(
    "kind", ["ansible", "chef-solo", "salt-masterless", "breakpoint", "shell-local", "windows-shell", "x"]
)
def test_a_provisioner_without_a_step_is_reported_by_name(packer: Any, kind: str) -> None:
    """With its line, and what to do."""
    imported = packer.json({"type": kind, "playbook_file": "a.yml"})
    [note] = [note for note in imported.notes if f"'{kind}'" in note.message]
    assert note.kind == "left out"
    assert note.fix
    assert note.place.file.read_text().splitlines()[note.place.line - 1].strip() == "{"


def test_post_processors_are_reported(packer: Any) -> None:
    """A manifest is not needed; others are left out. They may be names, objects or lists of them."""
    imported = packer.json(**{"post-processors": ["manifest", [{"type": "shell-local", "inline": ["true"]}]]})
    kinds = {note.place.path: note.kind for note in imported.notes if "post-proc" in note.place.path}
    assert kinds == {"post-processors[0]": "not needed", "post-processors[1]": "left out"}


def test_only_and_except_choose_provisioners(packer: Any, properties: Any) -> None:
    """A step for other builders is none of this image, and is not reported either."""
    imported = packer.source(
        "",
        """
          provisioner "shell" {
            inline = ["one"]
            only   = ["azure-arm.web"]
          }
          provisioner "shell" {
            inline = ["two"]
            only   = ["amazon-ebs.web"]
          }
          provisioner "shell" {
            inline = ["three"]
            except = ["azure-arm.web"]
          }
        """,
    )
    assert [step["inline"] for step in properties(imported)["customize"]] == [["one"]]


def test_an_override_is_put_over_a_provisioner(packer: Any, properties: Any) -> None:
    """For the builder that it names."""
    imported = packer.json(
        {"type": "shell", "inline": ["common"], "override": {"azure-arm": {"inline": ["mine"]}}}
    )
    assert properties(imported)["customize"] == [{"type": "Shell", "inline": ["mine"]}]


def test_a_setting_that_decides_and_is_not_known_is_reported(packer: Any, notes: Any) -> None:
    """The script runs with the engine's own shell."""
    imported = packer.source(
        "", 'provisioner "shell" {\n    inline_shebang = var.shebang\n    inline = ["true"]\n  }'
    )
    assert notes(imported)["inline_shebang"].startswith("left out: the value of inline_shebang is not known")


def test_settings_without_a_word_are_reported(packer: Any, notes: Any) -> None:
    """Retries, times and the rest."""
    said = notes(
        packer.json({"type": "shell", "inline": ["true"], "max_retries": 3, "timeout": "5m", "unheard_of": 1})
    )
    assert {said[name].partition(":")[0] for name in ("max_retries", "timeout", "unheard_of")} == {"left out"}
