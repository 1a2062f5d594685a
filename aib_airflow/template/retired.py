"""What older API versions of Image Builder called otherwise, and which versions there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aib_airflow.template.faults import Finding

API_VERSIONS = (
    "2018-02-01-preview",
    "2019-02-01-preview",
    "2019-05-01-preview",
    "2020-02-14",
    "2021-10-01",
    "2022-02-14",
    "2022-07-01",
    "2023-07-01",
    "2024-02-01",
    "2025-10-01",
)
"""Every API version there was, oldest first (Microsoft's specification repository)."""

NEWEST_API_VERSION = API_VERSIONS[-1]

OLD_FIELDS = {"script": "scriptUri"}
"""Field names of the previews, each with the name it has today."""


REMOVED_TYPES = {
    "ISO": "the API has no ISO sources since 2020-02-14: begin with a PlatformImage",
    "None": "a template needs a source to begin with",
}
"""Types that are no longer there, each with the way to go."""


def api_version_remark(version: str) -> tuple[str, str]:
    """Return what is to say about a template's API version, and what to do; nothing of one in use."""
    if version.endswith("-preview") and version in API_VERSIONS:
        return f"API version {version} is retired", f"write {NEWEST_API_VERSION}"
    if version and version not in API_VERSIONS:
        return f"'{version}' is no API version of Image Builder", f"write {NEWEST_API_VERSION}"
    return "", ""


def deprecated_fields(resource: Any) -> Iterator[Finding]:
    """Yield a warning for each field that is accepted and has a modern form."""
    properties = resource.get("properties") if isinstance(resource, dict) else None
    targets = properties.get("distribute") if isinstance(properties, dict) else None
    for index, target in enumerate(targets if isinstance(targets, list) else ()):
        if isinstance(target, dict) and "replicationRegions" in target:
            path = ("properties", "distribute", index, "replicationRegions")
            fix = "write targetRegions: an object with `name` for each region"
            yield Finding(path, "replicationRegions is the old form of targetRegions", fix, "warning")
