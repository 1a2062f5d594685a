"""What a demo ends with: one image, and how long each stage took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from aib_airflow.cli.demo.stage import Stage

SHOWN_PACKAGES = 8


@dataclass(frozen=True, slots=True)
class DemoResult:
    """One image version that is there, in all its regions and as a file.

    Times are in seconds; `base_image_s` is how long the run had to wait for the base image to be made.
    """

    image_version_id: str
    regions: Sequence[str]
    vhd: Path
    vhd_bytes: int
    build_id: str
    stages: Sequence[Stage]
    packages: Mapping[str, str]
    base_image_s: float
    total_s: float

    @property
    def overhead_s(self) -> float:
        """The part of the time that is ours: all but base image, the machine's boot and the scripts."""
        not_ours = sum(seconds_of(stage) for stage in self.stages if is_not_ours(stage.task_id))
        return self.total_s - self.base_image_s - not_ours

    def as_document(self) -> dict[str, Any]:
        """Return what `--output json` prints."""
        return {
            "image_version_id": self.image_version_id,
            "regions": list(self.regions),
            "vhd": str(self.vhd),
            "vhd_bytes": self.vhd_bytes,
            "build_id": self.build_id,
            "stages": [stage.as_document(now=0) for stage in self.stages],
            "packages": dict(self.packages),
            "base_image_s": round(self.base_image_s, 1),
            "overhead_s": round(self.overhead_s, 1),
            "total_s": round(self.total_s, 1),
        }

    def print(self, console: Console) -> None:
        """Print it as a short table."""
        table = Table(box=None, show_header=False, pad_edge=False, title="The image", title_justify="left")
        table.add_column(style="bold")
        table.add_column(overflow="fold")
        table.add_row("image version", self.image_version_id)
        table.add_row("regions", ", ".join(self.regions))
        table.add_row("VHD", f"{self.vhd} ({self.vhd_bytes / 1e9:.2f} GB, sparse)")
        table.add_row("packages", describe_packages(self.packages))
        for stage in self.stages:
            table.add_row(stage.name, f"{seconds_of(stage):.1f} s {stage.state}")
        table.add_row(
            "in all", f"{self.total_s:.1f} s, of which {self.overhead_s:.1f} s are not VM boot or scripts"
        )
        console.print(table)


def is_not_ours(task_id: str) -> bool:
    """Tell whether a stage's time is the machine's boot or the template's scripts."""
    return task_id == "provision" or task_id.startswith(("customize.", "validate."))


def seconds_of(stage: Stage) -> float:
    """Return how long a stage that has ended took; one that never started took no time."""
    return (stage.ended - stage.started) if stage.started and stage.ended else 0.0


def describe_packages(packages: Mapping[str, str]) -> str:
    """Return the number of packages and the first of them."""
    named = [f"{name} {version}" for name, version in sorted(packages.items())]
    more = f", and {len(named) - SHOWN_PACKAGES} more" if len(named) > SHOWN_PACKAGES else ""
    return f"{len(named)}: {', '.join(named[:SHOWN_PACKAGES])}{more}" if named else "none are recorded"
