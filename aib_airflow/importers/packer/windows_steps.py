"""`windows-restart` and `windows-update` provisioners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aib_airflow.importers.packer.options import Options


def restart_steps(options: Options) -> Iterator[dict[str, Any]]:
    """Yield the WindowsRestart step."""
    fields = {
        "name": options.write("name"),
        "restartCommand": options.write("restart_command"),
        "restartCheckCommand": options.write("restart_check_command"),
        "restartTimeout": options.write("restart_timeout"),
    }
    for name in ("check_registry", "registry_keys"):
        setting = options.take(name)
        if setting:
            options.writer.report.left_out(
                setting.place,
                "a restart does not look for pending ones in the registry",
                "restart once more, or look for them in restartCheckCommand",
            )
    yield {"type": "WindowsRestart"} | _given(fields)


def update_steps(options: Options) -> Iterator[dict[str, Any]]:
    """Yield the WindowsUpdate step."""
    fields = {
        "name": options.write("name"),
        "searchCriteria": options.write("search_criteria"),
        "filters": options.write("filters", "array"),
        "updateLimit": options.integer("update_limit"),
    }
    yield {"type": "WindowsUpdate"} | _given(fields)


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
