"""What can be wrong with an ARM template: one fault, and the exception that carries all of them."""

from __future__ import annotations

from dataclasses import dataclass

DocumentPath = tuple[str | int, ...]
"""Where something is inside a JSON document: keys and indices from the root."""


class ExpressionError(Exception):
    """One expression cannot be read or evaluated. `fix` says what to do about it, where that is known."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


@dataclass(frozen=True, slots=True)
class ArmFault:
    """One thing that is wrong, at one place of the document."""

    path: DocumentPath
    message: str
    fix: str = ""


class ArmTemplateError(Exception):
    """A deployment template is wrong in at least one place; `faults` has all of them."""

    def __init__(self, faults: tuple[ArmFault, ...]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = faults
