"""Version numbers of images, and which of a definition's versions is the latest."""

from __future__ import annotations

import re
from collections.abc import Iterable

from aib_airflow.emulator import errors
from aib_airflow.emulator.regions import region_name
from aib_airflow.emulator.store import Resource

_NAME = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_INT32_MAX = 2**31 - 1


def version_key(name: str) -> tuple[int, ...]:
    """Return what versions sort by: their numbers."""
    return tuple(int(part) if part.isdigit() else 0 for part in name.split("."))


def check_name(name: str) -> None:
    """Raise ArmError (400) unless the name is Major.Minor.Patch, each within 32 bits."""
    match = _NAME.fullmatch(name)
    if match is None or any(int(part) > _INT32_MAX for part in match.groups()):
        message = (
            f"The resource name '{name}' is invalid for a gallery image version: it must follow "
            "Major(int32).Minor(int32).Patch(int32), where int32 is between 0 and 2,147,483,647."
        )
        raise errors.invalid_parameter("galleryImageVersionName", message)


def latest_of(versions: Iterable[Resource], region: str) -> Resource | None:
    """Return the highest version in `region` that is not excluded from latest there."""
    usable = [
        version for version in versions if version.state == "Succeeded" and _is_offered(version, region)
    ]
    return max(usable, key=lambda version: version_key(version.id.name), default=None)


def _is_offered(version: Resource, region: str) -> bool:
    profile = version.properties["publishingProfile"]
    if profile.get("excludeFromLatest"):
        return False
    return any(
        region_name(target["name"]) == region and not target.get("excludeFromLatest")
        for target in profile["targetRegions"]
    )
