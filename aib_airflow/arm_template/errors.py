"""What can be wrong with an ARM template: one fault, and the exception that carries all of them."""

from __future__ import annotations

from dataclasses import dataclass

DocumentPath = tuple[str | int, ...]
"""Where something is inside a JSON document: keys and indices from the root."""


class ExpressionError(Exception):
    """One expression cannot be read or evaluated.

    `fix` says what to do about it, where that is known. `path` is the text that is wrong; it is set where the
    error passes that text, which need not be where its value is used.
    """

    def __init__(self, message: str, fix: str = "", path: DocumentPath | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.path = path


class LimitError(ExpressionError):
    """The template asks for more work than any honest one; evaluation as a whole ends."""


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


def fault_of(wrong: ExpressionError, path: DocumentPath = ()) -> ArmFault:
    """Make the fault of an error; `path` is where it is used, if nothing better is known."""
    return ArmFault(path if wrong.path is None else wrong.path, wrong.message, wrong.fix)
