"""`shell` and `powershell` provisioners as steps with inline scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from aib_airflow.importers.packer.document import Setting
from aib_airflow.importers.packer.environment import powershell_assignments, shell_exports
from aib_airflow.importers.packer.execute_command import Execution, read_execute_command
from aib_airflow.importers.packer.generalizing import without_generalizing
from aib_airflow.importers.packer.nodes import Access, Literal, Node, Opaque, Reference, Text
from aib_airflow.importers.packer.options import Options
from aib_airflow.importers.packer.pauses import pause_s
from aib_airflow.importers.packer.scripts import Script, read_scripts

AS_ROOT = '[ "$(id -u)" -eq 0 ] || exec sudo -E "$0" "$@"'
"""A script's first line that runs it again as root; both Image Builder and this engine run it from a file."""

_PARAMETERS_FIRST = re.compile(r"\s*(\[CmdletBinding|param\s*\()", re.IGNORECASE)


def shell_steps(options: Options) -> Iterator[dict[str, Any]]:
    """Yield a Shell step for each script."""
    execution = _execution(options)
    exports = shell_exports(options)
    before = [Literal(AS_ROOT)] * execution.as_root + exports + _pause(options, "pause_before", "sleep {}")
    after = _pause(options, "pause_after", "sleep {}")
    shebang = options.value("inline_shebang")
    _check_exit_codes(options)
    for script in _kept(options):
        lines = list(script.lines)
        own = _take_shebang(lines) or (f"#!{shebang}" if shebang and not script.name else "")
        first = execution.shebang or own
        head = [Literal(first)] if first else []
        yield _step(options, "Shell", script, [*head, *before, *lines, *after])


def powershell_steps(options: Options) -> Iterator[dict[str, Any]]:
    """Yield a PowerShell step for each script."""
    before = powershell_assignments(options) + _pause(options, "pause_before", "Start-Sleep -Seconds {}")
    after = _pause(options, "pause_after", "Start-Sleep -Seconds {}")
    rights = _rights(options)
    codes = options.write("valid_exit_codes", "array")
    for script in _kept(options):
        lines = list(script.lines)
        if (before or after) and _begins_with_parameters(script):
            lines = [Literal("& {"), *lines, Literal("}")]
        step = _step(options, "PowerShell", script, [*before, *lines, *after])
        yield step | rights | ({} if codes is None else {"validExitCodes": codes})


def _step(options: Options, kind: str, script: Script, lines: list[Node]) -> dict[str, Any]:
    name = options.write("name") or script.name
    place = options.block.place
    inline = [options.writer.write_text(line, place) for line in lines]
    return {"type": kind} | ({"name": name} if name else {}) | {"inline": inline}


def _kept(options: Options) -> Iterator[Script]:
    """Yield the scripts without what generalises the machine."""
    for script in read_scripts(options):
        rest = without_generalizing(script.lines)
        if rest is None:
            yield script
            continue
        options.writer.report.not_needed(
            options.block.place,
            "the engine generalises the machine after the last step"
            + ("; the other lines of the script are kept" if rest else ""),
            "to do it your way write /tmp/DeprovisioningScript.sh or c:\\DeprovisioningScript.ps1 in a step",
        )
        if rest:
            yield Script(rest, script.name)


def _execution(options: Options) -> Execution:
    setting = options.take("execute_command")
    if setting is None:
        return Execution()
    execution = read_execute_command(_shown(setting.value, options))
    if execution is None:
        options.writer.report.left_out(
            setting.place,
            "execute_command runs scripts in a way that a step has no word for; the script's shebang decides",
            "do what it does inside the script",
        )
        return Execution()
    if execution.as_root:
        options.writer.report.changed(
            setting.place, "a step runs as the build user; its script begins with a line that makes it root"
        )
    return execution


def _shown(command: Node, options: Options) -> str:
    """Return a command with `unknown` for what nobody knows yet: often a password for sudo, which is not needed."""
    parts = command.parts if isinstance(command, Text) else (command,)
    return "".join(str(options.writer.scope.value(part, unknown="unknown")) for part in parts)


def _take_shebang(lines: list[Node]) -> str:
    first = lines[0] if lines else None
    if isinstance(first, Literal) and str(first.value).startswith("#!"):
        del lines[0]
        return str(first.value)
    return ""


def _check_exit_codes(options: Options) -> None:
    setting = options.take("valid_exit_codes")
    if setting and options.writer.scope.value(setting.value) != [0]:
        options.writer.report.left_out(
            setting.place, "on Linux only exit code 0 is success", "end the script with 0 for the other codes"
        )


def _pause(options: Options, name: str, command: str) -> list[Node]:
    setting = options.take(name)
    seconds = pause_s(options.writer.scope.value(setting.value)) if setting else 0
    if setting and not seconds:
        options.writer.report.left_out(
            setting.place, f"{name} is no time that is known", "wait in the script"
        )
    return [Literal(command.format(seconds))] if seconds else []


def _rights(options: Options) -> dict[str, Any]:
    setting = options.take("elevated_user")
    password = options.take("elevated_password")
    if password:
        options.writer.report.not_needed(password.place, "the engine knows the build user's password")
    if setting is None:
        return {}
    user = options.writer.scope.value(setting.value)
    if isinstance(user, str) and user.rpartition("\\")[2].upper() == "SYSTEM":
        return {"runElevated": True, "runAsSystem": True}
    if not _is_build_user(setting):
        options.writer.report.changed(
            setting.place, "a step runs elevated as the build user or as SYSTEM, not as another user"
        )
    return {"runElevated": True}


def _is_build_user(setting: Setting) -> bool:
    match setting.value:
        case Reference("build", _) | Opaque(_, _, _) | Access(Reference("build", _), _):
            return True
    return False


def _begins_with_parameters(script: Script) -> bool:
    texts = (str(line.value) for line in script.lines if isinstance(line, Literal))
    code = (text for text in texts if text.strip() and not text.lstrip().startswith("#"))
    return _PARAMETERS_FIRST.match(next(code, "")) is not None
