"""What is done to a machine: the steps of `customize`, and those that `validate` shares with it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from aib_airflow.template.schema import AibModel, Sha256, broken_rule


class Script(AibModel):
    """The fields of a step that runs a script: it is given inline or by `scriptUri`, never both."""

    name: str = ""
    script_uri: str = ""
    sha256_checksum: Annotated[Sha256, Field(alias="sha256Checksum")] = ""
    inline: tuple[str, ...] = ()

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

    type: Literal["PowerShell"]
    run_elevated: bool = False
    run_as_system: bool = False
    valid_exit_codes: tuple[int, ...] = (0,)

    @model_validator(mode="after")
    def _check_system_is_elevated(self) -> Self:
        if self.run_as_system and not self.run_elevated:
            raise broken_rule("runAsSystem needs runElevated", "set runElevated to true", "runAsSystem")
        return self


class WindowsRestartStep(AibModel):
    """A restart, and the wait for the machine to come back."""

    type: Literal["WindowsRestart"]
    name: str = ""
    restart_command: str = 'shutdown /r /f /t 0 /c "packer restart"'
    restart_check_command: str = ""
    restart_timeout: Annotated[str, Field(pattern=r"^\d+[smh]$")] = "5m"


class WindowsUpdateStep(AibModel):
    """Windows updates; `update_limit` 0 means AIB's 1000."""

    type: Literal["WindowsUpdate"]
    name: str = ""
    search_criteria: str = ""
    filters: tuple[str, ...] = ()
    update_limit: Annotated[int, Field(ge=0)] = 0


class FileStep(AibModel):
    """One file copied to the machine; on Linux only `/tmp` may be written."""

    type: Literal["File"]
    name: str = ""
    source_uri: Annotated[str, Field(min_length=1)]
    sha256_checksum: Annotated[Sha256, Field(alias="sha256Checksum")] = ""
    destination: Annotated[str, Field(min_length=1)]


Customizer = Annotated[
    FileStep | PowerShellStep | ShellStep | WindowsRestartStep | WindowsUpdateStep,
    Field(discriminator="type"),
]

InVmValidator = Annotated[FileStep | PowerShellStep | ShellStep, Field(discriminator="type")]


class ImageValidation(AibModel):
    """What is checked on a machine made from the finished image."""

    continue_distribute_on_failure: bool = False
    source_validation_only: bool = False
    in_vm_validations: Annotated[tuple[InVmValidator, ...], Field(alias="inVMValidations")] = ()
