"""What `aib validate` says of one file, in its three forms: lines, a JSON document, GitHub's annotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from aib_airflow.template import Fault, Reading

_COLOURS = {"error": "bold red", "warning": "yellow"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One file as the user named it, what was read there, and all faults, those of its plans as well."""

    file: Path
    reading: Reading
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        """Whether the file can become DAGs."""
        return self.count("error") == 0

    def count(self, severity: str) -> int:
        """Return how many faults there are of one severity."""
        return sum(fault.severity == severity for fault in self.faults)


def as_document(verdict: Verdict) -> dict[str, Any]:
    """Return the verdict as JSON has it."""
    reading = verdict.reading
    return {
        "file": str(verdict.file),
        "ok": verdict.ok,
        "kind": reading.kind,
        "api_version": reading.api_version,
        "resources": [asdict(resource) for resource in reading.resources],
        "faults": [_fault_document(verdict, fault) for fault in verdict.faults],
        "missing_parameters": list(reading.missing_parameters),
        "placeholders": list(reading.placeholders),
    }


def as_lines(verdict: Verdict) -> Iterator[Text]:
    """Yield one line a fault: `file:line:column: .path: what; what to do`."""
    for fault in verdict.faults:
        path = f"{fault.path}: " if fault.path else ""
        mark = "warning: " if fault.severity == "warning" else ""
        yield Text.assemble(
            (f"{_file(verdict, fault)}:{fault.line}:{fault.column}: ", "bold"),
            (path, "cyan"),
            (mark, _COLOURS["warning"]),
            (fault.message, _COLOURS[fault.severity]),
            f"; {fault.fix}" if fault.fix else "",
        )


def as_annotations(verdict: Verdict) -> Iterator[str]:
    """Yield one workflow command a fault; GitHub shows it beside the line of a pull request.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
    """
    for fault in verdict.faults:
        places = {
            "file": _file(verdict, fault),
            "line": fault.line,
            "col": fault.column,
            "title": fault.path or "image template",
        }
        properties = ",".join(f"{name}={_escape_property(str(value))}" for name, value in places.items())
        yield f"::{fault.severity} {properties}::{_escape(_message(fault))}"


def as_summary(verdicts: Sequence[Verdict]) -> Text:
    """Return the last line: how many files, how many can become DAGs, how many errors and warnings."""
    ok = sum(verdict.ok for verdict in verdicts)
    errors = sum(verdict.count("error") for verdict in verdicts)
    warnings = sum(verdict.count("warning") for verdict in verdicts)
    return Text.assemble(
        f"{_counted(len(verdicts), 'file')}, ",
        (f"{ok} ok", "green" if ok == len(verdicts) else ""),
        ", ",
        (_counted(errors, "error"), _COLOURS["error"] if errors else ""),
        ", ",
        (_counted(warnings, "warning"), _COLOURS["warning"] if warnings else ""),
    )


def _fault_document(verdict: Verdict, fault: Fault) -> dict[str, Any]:
    elsewhere = _file(verdict, fault) != str(verdict.file)
    return {
        "line": fault.line,
        "column": fault.column,
        "path": fault.path,
        "message": f"in {_file(verdict, fault)}: {fault.message}" if elsewhere else fault.message,
        "severity": fault.severity,
        "fix": fault.fix,
    }


def _file(verdict: Verdict, fault: Fault) -> str:
    """Return the fault's file: that of the verdict, or one that it names (a template, a parameters file)."""
    return str(verdict.file if fault.file.name == verdict.file.name else fault.file)


def _message(fault: Fault) -> str:
    return f"{fault.message}; {fault.fix}" if fault.fix else fault.message


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
