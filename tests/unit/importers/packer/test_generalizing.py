"""What generalises the machine is the engine's work."""

from __future__ import annotations

from typing import Any

import pytest

WAAGENT = "/usr/sbin/waagent -force -deprovision+user && export HISTSIZE=0 && sync"
SYSPREP = "& $env:SystemRoot\\System32\\Sysprep\\Sysprep.exe /oobe /generalize /quiet /quit /mode:vm"
WAIT_FOR_AGENT = "while ((Get-Service RdAgent).Status -ne 'Running') { Start-Sleep -s 5 }"
WAIT_FOR_IMAGE = (
    "while($true) { $imageState = Get-ItemProperty HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Setup\\State "
    "| Select ImageState; if($imageState.ImageState -ne 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE') "
    "{ Write-Output $imageState.ImageState; Start-Sleep -s 10  } else { break } }"
)
LONG_WAIT = [
    "while($true) {",
    "  $s = (Get-ItemProperty HKLM:\\x).ImageState",
    "  if ($s -eq 'DONE') { break }",
    "}",
]


@pytest.mark.parametrize(
    ("kind", "lines", "rest"),
    [
        ("shell", [WAAGENT], None),
        ("shell", ["apt-get update", WAAGENT], ["apt-get update"]),
        ("shell", ["# bye", "waagent -deprovision -force", "sync"], None),
        ("powershell", ["# NOTE: wait", WAIT_FOR_AGENT, SYSPREP, WAIT_FOR_IMAGE], None),
        ("powershell", ["Install-It", SYSPREP, WAIT_FOR_IMAGE], ["Install-It"]),
        ("powershell", ["Install-It", SYSPREP, *LONG_WAIT], ["Install-It"]),
        ("powershell", ["Write-Host '=== Sysprep ==='", SYSPREP], None),
    ],
)
def test_generalising_is_left_to_the_engine(
    packer: Any, properties: Any, kind: str, lines: list[str], rest: list[str] | None
) -> None:
    """Its lines go, the others of the same script stay, and a note says so."""
    imported = packer.json({"type": kind, "inline": lines})
    steps = [step["inline"] for step in properties(imported).get("customize", [])]
    assert steps == ([] if rest is None else [rest])
    [note] = [note for note in imported.notes if "generalises" in note.message]
    assert note.kind == "not needed"


@pytest.mark.parametrize(
    "line", ["systemctl disable waagent", "Get-ChildItem C:\\Windows\\System32\\Sysprep"]
)
def test_a_mere_mention_is_kept(packer: Any, properties: Any, line: str) -> None:
    """Only what generalises is left out."""
    kind = "shell" if "waagent" in line else "powershell"
    [step] = properties(packer.json({"type": kind, "inline": [line]}))["customize"]
    assert step["inline"] == [line]
