"""The images of the marketplace that this host has made, and where it keeps them."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

DESCRIPTION = "image.json"


@dataclass(frozen=True, slots=True)
class MarketplaceImage:
    """A base image. `disk_path` is read only: machines write into overlays of it."""

    publisher: str
    offer: str
    sku: str
    version: str
    os_type: str
    generation: str
    architecture: str
    size_gb: int
    disk_path: Path


def default_cache() -> Path:
    """Return the folder of base images: `aib-emulator` under $XDG_CACHE_HOME, or under ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aib-emulator"


def image_folder(cache: Path, sku: str, version: str) -> Path:
    """Return where an image lives, once it is whole."""
    return cache / sku / version


def list_images(cache: Path) -> tuple[MarketplaceImage, ...]:
    """Return the images that are there, oldest version first."""
    images = [_read(description) for description in cache.glob(f"*/*/{DESCRIPTION}")]
    return tuple(sorted(images, key=lambda image: (image.sku, _numbers(image.version))))


def describe(image: MarketplaceImage, folder: Path) -> None:
    """Write what an image is beside its disk."""
    content: dict[str, Any] = {**asdict(image), "disk_path": image.disk_path.name}
    folder.joinpath(DESCRIPTION).write_text(json.dumps(content, indent=2) + "\n")


def _read(description: Path) -> MarketplaceImage:
    content = json.loads(description.read_text())
    return MarketplaceImage(**{**content, "disk_path": description.parent / content["disk_path"]})


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
