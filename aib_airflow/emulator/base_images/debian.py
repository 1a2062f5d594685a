"""Make the marketplace's Debian 12 image: mmdebstrap into a disk that boots by UEFI, with no loop mount."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from aib_airflow.emulator.base_images import mmdebstrap, partitions
from aib_airflow.emulator.base_images.apt_sources import AptSource, debian_sources
from aib_airflow.emulator.base_images.catalogue import MarketplaceImage, describe, image_folder, list_images

PUBLISHER, OFFER, SKU = "Debian", "debian-12", "12-gen2"
SIZE_GB = 4
"""Room for the customisers; sparse, so what Debian itself takes is about 0.5 GiB."""

HERE = Path(__file__).parent
GUEST_ROOT = HERE / "guest_root"
"""Files of the guest that differ from Debian's own, under their own paths."""

EFI_GRUB_CFG = HERE / "efi_grub.cfg"
DISK_NAME = "disk.raw"
BUILDING = ".building-"

Report = Callable[[str], None]


def build(cache: Path, report: Report) -> MarketplaceImage:
    """Make the image from this host's own Debian sources; under a minute of work on two cores.

    It appears in `cache` when it is whole. A build that had to wait for another one takes that one's image.
    Raises AptSourcesError, MmdebstrapError or MachineError (a program is not installed) with what to do.
    """
    sources = debian_sources()
    cache.mkdir(parents=True, exist_ok=True)
    known = list_images(cache)
    with _alone(cache):
        version = version_of(dt.datetime.now(dt.UTC))
        for image in list_images(cache):
            if image not in known or image.version == version:
                return image
        return _build(cache, version, sources, report)


def _build(cache: Path, version: str, sources: tuple[AptSource, ...], report: Report) -> MarketplaceImage:
    name = f"base image {PUBLISHER}:{OFFER}:{SKU}:{version}"
    target = image_folder(cache, SKU, version)
    target.parent.mkdir(exist_ok=True)
    with _building_folder(cache) as folder:
        report(f"{name}: partitions")
        disk = folder / DISK_NAME
        partitions.make_partitions(disk, SIZE_GB * 1024, EFI_GRUB_CFG)
        mmdebstrap.install(sources, GUEST_ROOT, disk, SIZE_GB * 1024, report)
        disk.chmod(0o444)
        describe(_image(version, disk), folder)
        folder.rename(target)
    report(f"{name}: ready in {target}")
    return _image(version, target / DISK_NAME)


def version_of(moment: dt.datetime) -> str:
    """Return the version in Debian's scheme, `0.YYYYMMDD.NNNN`; NNNN is the minute of the day."""
    return f"0.{moment:%Y%m%d}.{moment.hour * 60 + moment.minute}"


def _image(version: str, disk: Path) -> MarketplaceImage:
    return MarketplaceImage(
        publisher=PUBLISHER,
        offer=OFFER,
        sku=SKU,
        version=version,
        os_type="Linux",
        generation="V2",
        architecture="x64",
        size_gb=SIZE_GB,
        disk_path=disk,
    )


@contextlib.contextmanager
def _alone(cache: Path) -> Iterator[None]:
    with cache.joinpath(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _building_folder(cache: Path) -> Iterator[Path]:
    """Give a folder that is renamed when it is whole; remove it, and those of killed builds, otherwise."""
    for left_over in cache.glob(f"{BUILDING}*"):
        shutil.rmtree(left_over)
    folder = Path(tempfile.mkdtemp(prefix=BUILDING, dir=cache))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
