"""A build's provisioners as the template's `customize`; what has no step is reported by name and line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from aib_airflow.importers.packer.blocks import override, overrides_for, unroll
from aib_airflow.importers.packer.document import Block, source_name
from aib_airflow.importers.packer.file_steps import file_steps
from aib_airflow.importers.packer.options import Options
from aib_airflow.importers.packer.script_steps import powershell_steps, shell_steps
from aib_airflow.importers.packer.windows_steps import restart_steps, update_steps
from aib_airflow.importers.packer.writer import Writer

_STEPS: dict[str, Callable[[Options], Iterator[dict[str, Any]]]] = {
    "shell": shell_steps,
    "powershell": powershell_steps,
    "file": file_steps,
    "windows-restart": restart_steps,
    "windows-update": update_steps,
}
_ON_THE_MACHINE = "run it on the machine: install it in a Shell or PowerShell step, and call it there"
_REMEDIES = {
    "ansible": f"{_ON_THE_MACHINE} (ansible-playbook --connection local)",
    "ansible-local": f"{_ON_THE_MACHINE} (ansible-playbook --connection local)",
    "chef-solo": f"{_ON_THE_MACHINE} (chef-client --local-mode)",
    "chef-client": _ON_THE_MACHINE,
    "salt-masterless": f"{_ON_THE_MACHINE} (salt-call --local)",
    "puppet-masterless": f"{_ON_THE_MACHINE} (puppet apply)",
    "puppet-server": _ON_THE_MACHINE,
    "goss": f"{_ON_THE_MACHINE} (goss validate), best as an inVMValidations step",
    "inspec": f"{_ON_THE_MACHINE}, best as an inVMValidations step",
    "windows-shell": "write it as a PowerShell step: cmd.exe runs there with `cmd /c`",
    "shell-local": "nothing runs on the machine that starts a build; make it an Airflow task before the image's",
    "breakpoint": "to look at the machine when a step fails, set errorHandling.onCustomizerError to abort",
    "sleep": "wait in the next step's script",
}
_SILENT = {"only", "except", "override"}
_REASONS = {
    "max_retries": ("a step is run once", "retry inside the script"),
    "timeout": ("a step has no time of its own", "see properties.buildTimeoutInMinutes"),
    "pause_before": ("this step has no script to wait in", "wait in the step before"),
    "pause_after": ("this step has no script to wait in", "wait in the next step"),
    "expect_disconnect": (
        "a step that restarts a Linux machine fails", "restart before the image is captured only: not needed",
    ),
    "elevated_execute_command": ("a step has no word for it", ""),
    "use_pwsh": ("a step runs in Windows PowerShell", "call pwsh.exe in the script"),
}  # fmt: skip
_NOT_NEEDED = {
    "binary", "remote_folder", "remote_file", "remote_path", "skip_clean", "start_retry_timeout", "use_env_var_file",
    "env_var_format", "execution_policy", "debug_mode", "remote_env_var_path", "ssh_pty", "execute_command",
    "elevated_env_var_format", "restart_timeout", "username", "update_max_retries", "keep_input_artifact", "generated",
}  # fmt: skip


def steps(provisioners: Iterable[Block], source: Block, writer: Writer) -> list[dict[str, Any]]:
    """Return the steps for one source, in the order of its provisioners."""
    return [step for each in provisioners for step in _steps(each, source, writer)]


def applies(block: Block, source: Block, writer: Writer) -> bool:
    """Tell whether `only` and `except` let a provisioner or post-processor run for a source."""
    names = set(_names(source))
    for word, wanted in (("only", True), ("except", False)):
        setting = block.settings.get(word)
        listed = writer.scope.value(setting.value, unknown=...) if setting else []
        if setting and listed is ...:
            writer.report.changed(setting.place, f"what {word} lists is not known; the step is kept")
        elif (
            setting and isinstance(listed, list) and listed and (names.isdisjoint(map(str, listed)) is wanted)
        ):
            return False
    return True


def _names(source: Block) -> tuple[str, ...]:
    return (source_name(source), source.labels[-1])


def _steps(block: Block, source: Block, writer: Writer) -> Iterator[dict[str, Any]]:
    if not applies(block, source, writer):
        return
    kind = block.labels[0] if block.labels else ""
    read = _STEPS.get(kind)
    if read is None:
        writer.report.left_out(
            block.place,
            f"no step does what the provisioner '{kind}' does; it is left out",
            _REMEDIES.get(kind, _ON_THE_MACHINE),
        )
        return
    settings = block.settings.get("override")
    over = overrides_for(settings, _names(source)) if settings else {}
    options = Options(unroll(override(block, over), writer.scope, writer.report), writer)
    yield from read(options)
    _report_rest(options)


def _report_rest(options: Options) -> None:
    report = options.writer.report
    for setting in options.left():
        if setting.name in _REASONS:
            message, fix = _REASONS[setting.name]
            report.left_out(setting.place, message, fix)
        elif setting.name in _NOT_NEEDED:
            report.not_needed(setting.place, f"{setting.name} is the engine's own matter")
        elif setting.name not in _SILENT:
            report.left_out(setting.place, f"no word for {setting.name} in a step", "check what it is for")
