"""Export a gallery image version as a VHD file, by the calls that Azure offers for it.

Image version -> managed disk -> read-only SAS of the disk -> page ranges of that blob. The file is sparse:
pages the blob does not hold are holes, which read as zeros as they do in Azure.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from azure.storage.blob import BlobClient

from aib_airflow.azure.client import DISKS, Arm
from aib_airflow.azure.errors import translated

Report = Callable[[int, int], None]
"""Called with bytes done and bytes in all."""

ACCESS_S = 3600
CHUNK_BYTES = 4 * 1024 * 1024


@translated
def export_vhd(arm: Arm, version_id: str, *, group: str, location: str, target: Path, report: Report) -> int:
    """Write the image version to `target`; return the file's size in bytes.

    The temporary disk is made in `group` and is deleted again, whatever happens. A file appears under its
    name only when it is whole. Raises AzureError, and OSError when the disk is full.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.part")
    name = f"{target.stem}-export"
    try:
        with _disk(arm, group, name, location, version_id), _read_access(arm, group, name) as sas:
            size = download_pages(sas, partial, report, verify=arm.account.ca_bundle or True)
        partial.replace(target)
    except OSError as error:
        if error.errno is None or error.filename:
            raise
        # A full disk is told without the file's name, by which a person finds the disk.
        raise OSError(error.errno, error.strerror, str(target)) from error
    finally:
        partial.unlink(missing_ok=True)
    return size


def download_pages(sas: str, target: Path, report: Report, *, verify: str | bool = True) -> int:
    """Write the pages a page blob holds to a sparse file; return the blob's whole size in bytes."""
    with BlobClient.from_blob_url(sas, connection_verify=verify) as blob, target.open("wb") as file:
        size = int(blob.get_blob_properties().size)
        file.truncate(size)
        chunks = [chunk for held in blob.list_page_ranges() if not held.cleared for chunk in _split(held)]
        total, done = sum(length for _, length in chunks), 0
        report(done, total)
        for offset, length in chunks:
            file.seek(offset)
            blob.download_blob(offset=offset, length=length).readinto(file)
            done += length
            report(done, total)
    return size


def _split(held: Any) -> Iterator[tuple[int, int]]:
    """Cut one page range (its end counts in) into chunks of (offset, length)."""
    for offset in range(held.start, held.end + 1, CHUNK_BYTES):
        yield offset, min(CHUNK_BYTES, held.end + 1 - offset)


@contextlib.contextmanager
def _disk(arm: Arm, group: str, name: str, location: str, version_id: str) -> Iterator[None]:
    creation = {"createOption": "FromImage", "galleryImageReference": {"id": version_id}}
    body: Any = {"location": location, "properties": {"creationData": creation}}
    disks = arm.compute.disks
    try:
        disks.begin_create_or_update(group, name, body, api_version=DISKS).result()
        yield
    finally:
        disks.begin_delete(group, name, api_version=DISKS).result()


@contextlib.contextmanager
def _read_access(arm: Arm, group: str, name: str) -> Iterator[str]:
    wish: Any = {"access": "Read", "durationInSeconds": ACCESS_S}
    disks = arm.compute.disks
    granted = disks.begin_grant_access(group, name, wish, api_version=DISKS).result()
    try:
        yield str(granted.access_sas)
    finally:
        disks.begin_revoke_access(group, name, api_version=DISKS).result()
