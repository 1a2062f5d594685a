"""Where the content of a step comes from, and what AIB makes of inline commands."""

from __future__ import annotations

from pathlib import Path

from aib_airflow.template.customizers import FileStep, PowerShellStep, ShellStep
from aib_airflow.template.scripts import ScriptSource, script_source, unix_lines


def shell(*lines: str) -> str | None:
    step = ShellStep.model_validate({"type": "Shell", "inline": lines})
    return script_source(step, Path("/images")).text


def test_inline_commands_become_one_script_that_stops_at_the_first_error() -> None:
    """AIB joins the lines and runs them by `/bin/sh -e`."""
    assert shell("echo a", "echo b") == "#!/bin/sh -e\necho a\necho b\n"


def test_an_inline_shebang_is_kept() -> None:
    """Whoever brings an interpreter means it."""
    assert shell("#!/bin/bash", "echo a") == "#!/bin/bash\necho a\n"


def test_inline_commands_have_unix_line_ends() -> None:
    """A carriage return would be part of the last word."""
    assert shell("echo a\r\necho b\r") == "#!/bin/sh -e\necho a\necho b\n"
    assert unix_lines(b"a\r\nb\r\n") == b"a\nb\n"


def test_other_interpreters_get_their_lines_only() -> None:
    """A PowerShell script has no shebang."""
    step = PowerShellStep.model_validate({"type": "PowerShell", "inline": ("a", "b")})
    assert script_source(step, Path("/images")).text == "a\nb\n"


def test_a_url_stays_a_url_and_a_path_is_beside_the_template() -> None:
    """The checksum goes with either."""
    checksum = "0" * 64
    url = ShellStep.model_validate(
        {"type": "Shell", "scriptUri": "HTTPS://h/a.sh", "sha256Checksum": checksum}
    )
    assert script_source(url, Path("/images")) == ScriptSource(url="HTTPS://h/a.sh", sha256=checksum)
    file = FileStep.model_validate({"type": "File", "sourceUri": "files/motd", "destination": "/tmp/motd"})
    assert script_source(file, Path("/images")) == ScriptSource(path=Path("/images/files/motd"))
