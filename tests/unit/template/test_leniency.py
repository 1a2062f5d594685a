"""What the service accepted before API version 2024-02-01 is still read, with a warning; strictly it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aib_airflow.template import ImageTemplate, Reading, read

Change = Callable[[dict[str, Any]], object]
Write = Callable[..., Path]


def change_step(**fields: Any) -> Change:
    return lambda properties: properties["customize"][0].update(fields)


def rename(section: str, old: str, new: str) -> Change:
    def change(properties: dict[str, Any]) -> None:
        target = properties[section]
        target = target[0] if isinstance(target, list) else target
        target[new] = target.pop(old)

    return change


def windows(**step: Any) -> Change:
    def change(properties: dict[str, Any]) -> None:
        properties["source"] |= {"publisher": "MicrosoftWindowsServer"}
        properties["customize"] = [step]

    return change


def old_script(properties: dict[str, Any]) -> None:
    properties["customize"][0] = {"type": "Shell", "script": "https://example.com/a.sh"}


def single_target(properties: dict[str, Any]) -> None:
    properties["distribute"] = properties["distribute"][0]


def steps(template: ImageTemplate) -> Any:
    return template.customize[0]


CASES: list[tuple[Change, str, Callable[[ImageTemplate], Any], Any]] = [
    (change_step(type="shell"), "'shell' is read as 'Shell'", lambda t: steps(t).type, "Shell"),
    (
        rename("source", "publisher", "Publisher"),
        "'Publisher' is read as",
        lambda t: t.source.publisher,
        "Debian",
    ),
    (
        change_step(inline="echo one"),
        "a text stands where an array belongs; put it into brackets",
        lambda t: steps(t).inline,
        ("echo one",),
    ),
    (single_target, "an object stands where an array belongs", lambda t: len(t.distribute), 1),
    (
        windows(type="PowerShell", inline=["dir"], runElevated="true", validExitCodes=["0", "3010"]),
        "'true' is read as a boolean; remove the quotes",
        lambda t: (steps(t).run_elevated, steps(t).valid_exit_codes),
        (True, (0, 3010)),
    ),
    (
        lambda properties: properties.update(buildTimeoutInMinutes="120"),
        "'120' is read as a whole number",
        lambda t: t.build_timeout_minutes,
        120,
    ),
    (
        old_script,
        "'script' is the old name of 'scriptUri'",
        lambda t: steps(t).script_uri,
        "https://example.com/a.sh",
    ),
    (
        lambda properties: properties["distribute"][0].update(aritfactTags={"a": "b"}),
        "unknown field 'aritfactTags' is ignored; did you mean 'artifactTags'?",
        lambda t: t.distribute[0].artifact_tags,
        {},
    ),
    (
        lambda properties: properties["distribute"][0].update(artifactTags={"patch": 3, "good": True}),
        "3 is read as a text; put it into quotes",
        lambda t: t.distribute[0].artifact_tags,
        {"patch": "3", "good": "true"},
    ),
]


@pytest.mark.parametrize(("change", "warning", "pick", "value"), CASES, ids=[case[1] for case in CASES])
def test_what_old_versions_accepted_is_read_with_a_warning(
    change: Change, warning: str, pick: Callable[[ImageTemplate], Any], value: Any, write: Write
) -> None:
    """The warning says how it is read, and how to write it."""
    reading = read(write(change))
    (template,) = reading.require()
    assert pick(template) == value
    assert warning in " ".join(map(str, reading.faults))
    assert {fault.severity for fault in reading.faults} == {"warning"}


@pytest.mark.parametrize("change", [case[0] for case in CASES], ids=[case[1] for case in CASES])
def test_strictly_each_of_them_is_an_error(change: Change, write: Write) -> None:
    """As the service of 2024-02-01 has it: case counts, and no field is ignored."""
    assert read(write(change), mode="strict").errors


def test_a_fault_in_a_folded_field_is_found_where_it_is_written(write: Write) -> None:
    """The author's spelling leads to the line, not ours."""

    def change(properties: dict[str, Any]) -> None:
        properties["vmprofile"] = {"OSDiskSizeGB": "many"}

    reading: Reading = read(write(change))
    text = reading.file.text.splitlines()
    (error,) = reading.errors
    assert "OSDiskSizeGB" in text[error.line - 1]
    assert error.path == ".properties.vmprofile.OSDiskSizeGB"


def test_a_retired_version_is_named_with_the_one_to_write(write: Write) -> None:
    """A preview of 2019 still reads."""
    path = write()
    path.write_text(path.read_text("utf-8").replace("2024-02-01", "2019-05-01-preview"), "utf-8")
    reading = read(path)
    assert reading.ok
    assert "API version 2019-05-01-preview is retired; write 2025-10-01" in str(reading.faults[0])


def test_an_old_list_of_regions_is_read_with_the_modern_field_named(write: Write) -> None:
    """replicationRegions is still accepted by the newest version, so strictly too."""

    def change(properties: dict[str, Any]) -> None:
        del properties["distribute"][0]["targetRegions"]
        properties["distribute"][0]["replicationRegions"] = ["eastus"]

    for mode in ("lenient", "strict"):
        reading = read(write(change), mode=mode)  # type: ignore[arg-type]  # a loop over two literals
        assert [str(fault).split(": ", 2)[2] for fault in reading.faults] == [
            (
                "warning: replicationRegions is the old form of targetRegions; "
                "write targetRegions: an object with `name` for each region"
            )
        ]
