"""What the demo asks of Azure, asked of the emulator: galleries made, versions proved, images exported."""

from __future__ import annotations

import errno
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError

from aib_airflow.azure.client import DISKS, GALLERY, Arm
from aib_airflow.azure.errors import NotFoundError
from aib_airflow.azure.gallery import DefinitionId
from aib_airflow.cli.demo.azure import EmulatorConnection, check_version, ensure_definition
from aib_airflow.cli.errors import CommandError
from aib_airflow.cli.export import export_vhd
from aib_airflow.emulator.base_images.catalogue import MarketplaceImage
from aib_airflow.emulator.fake_host import FakeHost
from aib_airflow.emulator.server import Emulator
from aib_airflow.emulator.settings import Latencies, Settings

HERE = "westus2"
DEFINITION = DefinitionId("00000000-0000-4000-8000-00000000a1b0", "images", "demo", "web")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A disk of 64 MiB that is almost all holes."""
    if shutil.which("qemu-img") is None:
        pytest.skip("qemu-img is missing: apt-get install qemu-utils")
    raw = tmp_path / "content.raw"
    with raw.open("wb") as file:
        file.truncate(64 * 2**20)
        file.seek(33 * 2**20)
        file.write(b"what the customizers did".ljust(4096, b"!"))
    return raw


@pytest.fixture
def arm(tmp_path: Path, content: Path) -> Iterator[Arm]:
    """Resource Manager of an emulated Azure without machines, with the demo's gallery made."""
    settings = Settings(
        state_dir=tmp_path / "state",
        subscription_id=DEFINITION.subscription_id,
        retry_after_s=0,
        latencies=Latencies(machine_s=0, disk_s=0, gallery_s=0, delete_s=0),
        replication_s=0,
    )
    disk = tmp_path / "content.qcow2"
    subprocess.run(["qemu-img", "convert", "-O", "qcow2", content, disk], check=True)
    image = MarketplaceImage("Debian", "debian-12", "12-gen2", "1.2.3", "Linux", "V2", "x64", 1, disk)
    with Emulator(settings, host=FakeHost(), platform_images=lambda: [image]):
        connection = EmulatorConnection.read(settings.state_dir / "connection.json")
        with Arm(connection.account()) as arm:
            ensure_definition(arm, DEFINITION, HERE)
            yield arm


def publish(arm: Arm, version: str, regions: list[str]) -> str:
    """Publish the marketplace image, unchanged, as a version of the gallery's image."""
    marketplace = f"/subscriptions/{DEFINITION.subscription_id}/providers/Microsoft.Compute/locations/{HERE}"
    image = (
        f"{marketplace}/publishers/Debian/artifacttypes/vmimage/offers/debian-12/skus/12-gen2/versions/1.2.3"
    )
    source: Any = {
        "location": HERE,
        "properties": {"creationData": {"createOption": "FromImage", "imageReference": {"id": image}}},
    }
    disks = arm.compute.disks
    disk = disks.begin_create_or_update("images", "source", source, api_version=DISKS).result()
    body: Any = {
        "location": HERE,
        "properties": {
            "storageProfile": {"osDiskImage": {"source": {"id": disk.id}}},
            "publishingProfile": {"targetRegions": [{"name": region} for region in regions]},
        },
    }
    versions = arm.compute.gallery_image_versions
    versions.begin_create_or_update("images", "demo", "web", version, body, api_version=GALLERY).result()
    return DEFINITION.version_id(version)


def test_the_gallery_is_made_once(arm: Arm) -> None:
    """A second demo finds it; nothing is refused and nothing is made anew."""
    before = arm.compute.gallery_images.get("images", "demo", "web", api_version=GALLERY)
    ensure_definition(arm, DEFINITION, HERE)
    after = arm.compute.gallery_images.get("images", "demo", "web", api_version=GALLERY)
    assert before.id == after.id
    assert (after.os_state, after.hyper_v_generation) == ("Generalized", "V2")


def test_a_version_is_exported_as_a_vhd_with_the_same_content(
    arm: Arm, content: Path, tmp_path: Path
) -> None:
    """Only pages with content are downloaded; the file has holes; the disk made for it is gone."""
    version_id = publish(arm, "1.0.0", [HERE, "eastus"])
    assert check_version(arm, version_id) == ["eastus", HERE]
    target, told = tmp_path / "images" / "web-1.0.0.vhd", []
    size = export_vhd(
        arm, version_id, group="images", location=HERE, target=target, report=lambda *step: told.append(step)
    )
    done, total = told[-1]
    assert size == target.stat().st_size
    assert done == total < size
    assert target.stat().st_blocks * 512 < size
    compare = ["qemu-img", "compare", "-f", "raw", "-F", "vpc", content, target]
    assert subprocess.run(compare, check=False, capture_output=True).returncode == 0
    with pytest.raises(ResourceNotFoundError):
        arm.compute.disks.get("images", "web-1.0.0-export", api_version=DISKS)


def test_a_failed_export_leaves_no_file(arm: Arm, tmp_path: Path) -> None:
    """A half image must not be taken for a whole one."""
    target = tmp_path / "images" / "web-9.9.9.vhd"
    with pytest.raises(NotFoundError):
        export_vhd(
            arm,
            DEFINITION.version_id("9.9.9"),
            group="images",
            location=HERE,
            target=target,
            report=lambda done, total: None,
        )
    assert list(target.parent.iterdir()) == []


def test_a_full_disk_is_told_with_the_name_of_the_file(arm: Arm, tmp_path: Path) -> None:
    """The system names none when a write fails; without it nobody knows which disk is full."""

    def fill_the_disk(done: int, total: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    target = tmp_path / "images" / "web-1.0.0.vhd"
    with pytest.raises(OSError, match=r"No space left on device: .*web-1\.0\.0\.vhd"):
        export_vhd(
            arm,
            publish(arm, "1.0.0", [HERE]),
            group="images",
            location=HERE,
            target=target,
            report=fill_the_disk,
        )
    assert list(target.parent.iterdir()) == []


def test_a_version_that_is_not_there_is_no_success(arm: Arm) -> None:
    """Whatever the DAG run says."""
    with pytest.raises(CommandError, match="does not exist"):
        check_version(arm, DEFINITION.version_id("9.9.9"))
