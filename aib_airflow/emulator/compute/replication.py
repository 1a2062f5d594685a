"""A gallery version's way to its regions: worked out from the clock whenever someone looks.

What is noted of a region is when it began and how long it takes; nothing ticks in the background.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.regions import display_name, region_name
from aib_airflow.emulator.store import Json, Resource


def target_regions(version: Resource) -> list[str]:
    """Return the names of the regions a version is to be in."""
    return [
        region_name(region["name"]) for region in version.properties["publishingProfile"]["targetRegions"]
    ]


def begin(cloud: Cloud, version: Resource) -> None:
    """Note the beginning for regions that are new, forget regions that are no more wanted."""
    noted = version.inner.get("replication", {})
    started = cloud.clock.now().isoformat()
    version.inner["replication"] = {
        region: noted.get(region)
        or {"started": started, "seconds": cloud.settings.replication_seconds(region)}
        for region in target_regions(version)
    }


def remaining_s(cloud: Cloud, version: Resource) -> float:
    """Return how many seconds the slowest region still needs."""
    regions = version.inner.get("replication", {}).values()
    return max((region["seconds"] - _elapsed_s(cloud, region) for region in regions), default=0.0)


def status(cloud: Cloud, version: Resource) -> Json:
    """Return `replicationStatus` as ARM shows it: region by region, and in all."""
    noted = version.inner.get("replication", {})
    summary = [_region_status(cloud, region, noted.get(region)) for region in target_regions(version)]
    return {"aggregatedState": _aggregate(item["state"] for item in summary), "summary": summary}


def _region_status(cloud: Cloud, region: str, noted: Json | None) -> Json:
    if noted is None:
        state, progress = "Unknown", 0
    else:
        seconds = noted["seconds"]
        share = min(1.0, _elapsed_s(cloud, noted) / seconds) if seconds else 1.0
        state, progress = ("Completed", 100) if share >= 1 else ("Replicating", int(share * 100))
    return {"region": display_name(region), "state": state, "details": "", "progress": progress}


def _elapsed_s(cloud: Cloud, noted: Json) -> float:
    return (cloud.clock.now() - datetime.fromisoformat(noted["started"])).total_seconds()


def _aggregate(states: Iterable[str]) -> str:
    found = set(states)
    if "Failed" in found:
        return "Failed"
    if found == {"Completed"}:
        return "Completed"
    return "Unknown" if found == {"Unknown"} else "InProgress"
