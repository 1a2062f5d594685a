"""What is done to a machine: the steps of `customize`, and those that `validate` shares with it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from aib_airflow.template.schema import AibModel, Sha256, broken_rule

_ONE_SCRIPT: JsonDict = {
    "oneOf": [
        {
            "required": ["inline"],
            "properties": {
                "inline": {"minItems": 1},
                "scriptUri": {"maxLength": 0},
                "sha256Checksum": {"maxLength": 0},
            },
        },
        {
            "required": ["scriptUri"],
            "properties": {"scriptUri": {"minLength": 1}, "inline": {"maxItems": 0}},
        },
    ]
}
_SYSTEM_IS_ELEVATED: JsonDict = {
    "if": {"properties": {"runAsSystem": {"const": True}}, "required": ["runAsSystem"]},
    "then": {"properties": {"runElevated": {"const": True}}, "required": ["runElevated"]},
}


class Step(AibModel):
    """The field of every step."""

    name: str = ""
    """The step's name: part of its task's id, and what logs call it."""


class Script(Step):
    """The fields of a step that runs a script: it is given inline or by `scriptUri`, never both."""

    model_config = ConfigDict(json_schema_extra=_ONE_SCRIPT)

    script_uri: Annotated[str, Field(examples=["https://example.com/script"])] = ""
    """Where the script is: an http(s) URL, or a path beside the template. Excludes `inline`."""
    sha256_checksum: Annotated[Sha256, Field(alias="sha256Checksum")] = ""
    """SHA-256 of the file at `scriptUri`; empty means unchecked."""
    inline: Annotated[tuple[str, ...], Field(examples=[("true",)])] = ()
    """The script's lines, run as one script. Excludes `scriptUri`."""

    @model_validator(mode="after")
    def _check_one_script(self) -> Self:
        if self.script_uri and self.inline:
            raise broken_rule("inline and scriptUri are both given", "keep one of them")
        if not self.script_uri and not self.inline:
            raise broken_rule("neither inline nor scriptUri is given", "give one of them")
        if self.inline and self.sha256_checksum:
            raise broken_rule(
                "sha256Checksum belongs to scriptUri only",
                "remove it from an inline script",
                "sha256Checksum",
            )
        return self


class ShellStep(Script):
    """A script on Linux, as the unprivileged build user."""

    type: Literal["Shell"]


class PowerShellStep(Script):
    """A script on Windows."""

    model_config = ConfigDict(json_schema_extra=_ONE_SCRIPT | _SYSTEM_IS_ELEVATED)

    type: Literal["PowerShell"]
    run_elevated: Annotated[bool, Field(examples=[True])] = False
    """Run with the build user's administrator rights."""
    run_as_system: bool = False
    """Run as the user SYSTEM; needs `runElevated`."""
    valid_exit_codes: tuple[int, ...] = (0,)
    """Exit codes that mean success. List 3010 where a script may ask for a restart."""

    @model_validator(mode="after")
    def _check_system_is_elevated(self) -> Self:
        if self.run_as_system and not self.run_elevated:
            raise broken_rule("runAsSystem needs runElevated", "set runElevated to true", "runAsSystem")
        return self


class WindowsRestartStep(Step):
    """A restart, and the wait for the machine to come back."""

    type: Literal["WindowsRestart"]
    restart_command: str = 'shutdown /r /f /t 0 /c "packer restart"'
    """The command that restarts the machine."""
    restart_check_command: str = ""
    """A command that succeeds once the machine is back; empty means that answering suffices."""
    restart_timeout: Annotated[str, Field(pattern=r"^(\d+(\.\d+)?(ms|s|m|h))*$")] = "5m"
    """How long the restart may take: a number and `s`, `m` or `h`. Windows Server 2016 may need `30m`."""


class WindowsUpdateStep(Step):
    """Windows updates; `update_limit` 0 means AIB's 1000."""

    type: Literal["WindowsUpdate"]
    search_criteria: str = ""
    """Which updates are looked for, as the Windows Update Agent has it; empty means recommended ones."""
    filters: tuple[str, ...] = ()
    """`include:` or `exclude:` and a PowerShell condition on an update `$_`; the first that matches counts."""
    update_limit: Annotated[int, Field(ge=0)] = 0
    """How many updates are installed at a time; 0 means 1000."""


class FileStep(Step):
    """One file copied to the machine; on Linux only `/tmp` may be written."""

    type: Literal["File"]
    source_uri: Annotated[str, Field(min_length=1, examples=["https://example.com/file"])]
    """Where the file is: an http(s) URL, or a path beside the template."""
    sha256_checksum: Annotated[Sha256, Field(alias="sha256Checksum")] = ""
    """SHA-256 of that file; empty means unchecked."""
    destination: Annotated[str, Field(min_length=1, examples=["/tmp/file"])]  # noqa: S108 - AIB writes there
    """Absolute path of the file on the machine. Its folder must exist; an existing file is overwritten."""


Customizer = Annotated[
    FileStep | PowerShellStep | ShellStep | WindowsRestartStep | WindowsUpdateStep,
    Field(discriminator="type"),
]

InVmValidator = Annotated[FileStep | PowerShellStep | ShellStep, Field(discriminator="type")]


class ImageValidation(AibModel):
    """What is checked on a machine made from the finished image."""

    continue_distribute_on_failure: bool = False
    """Distribute the image although a validation failed; the run counts as failed nevertheless."""
    source_validation_only: bool = False
    """Validate the source image itself, and build nothing."""
    in_vm_validations: Annotated[tuple[InVmValidator, ...], Field(alias="inVMValidations")] = ()
    """The checks, in their order; the first that fails ends the validation. `File` since 2022-07-01."""
