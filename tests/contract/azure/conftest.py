"""An emulated Azure whose machines run nothing, a gallery in it, and our client of it."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from aib_airflow.azure import gallery, group
from aib_airflow.azure.client import GALLERY, Arm
from aib_airflow.azure.credentials import Account, Cloud
from aib_airflow.emulator.fake_host import FakeHost
from aib_airflow.emulator.machines import disks
from aib_airflow.emulator.server import Emulator
from aib_airflow.emulator.settings import Settings

WEST = "westus2"


@pytest.fixture(scope="module")
def account(tmp_path_factory) -> Iterator[Account]:
    """An emulated Azure with one tiny marketplace image; its machines run nothing (FakeHost)."""
    folder = tmp_path_factory.mktemp("azure")
    base = folder / "base.qcow2"
    disks.create_empty(base, 1)
    image = SimpleNamespace(
        publisher="Debian", offer="debian-12", sku="12-gen2", version="0.20261122.1", os_type="Linux",
        generation="V2", architecture="x64", size_gb=1, disk_path=base,
    )  # fmt: skip
    settings = Settings(folder / "state", retry_after_s=1)
    with Emulator(settings, host=FakeHost(), platform_images=lambda: [image]) as azure:
        given = azure.connection()
        yield Account(
            given["subscription_id"],
            Cloud(given["endpoint"], given["authority"], f"{given['endpoint']}/.default", ""),
            "service_principal",
            given["tenant_id"],
            given["client_id"],
            given["client_secret"],
            given["ca_bundle"],
        )


@pytest.fixture
def arm(account: Account) -> Iterator[Arm]:
    with Arm(account) as clients:
        yield clients


@pytest.fixture(scope="module")
def definition(account: Account) -> gallery.DefinitionId:
    """A gallery image definition, made as a user makes it."""
    with Arm(account) as arm:
        group.create(arm, "images", WEST, {})
        galleries, images = arm.compute.galleries, arm.compute.gallery_images
        galleries.begin_create_or_update("images", "g", {"location": WEST}, api_version=GALLERY).result()
        properties = {
            "osType": "Linux", "osState": "Generalized", "hyperVGeneration": "V2",
            "identifier": {"publisher": "p", "offer": "o", "sku": "s"},
        }  # fmt: skip
        body = {"location": WEST, "properties": properties}
        images.begin_create_or_update("images", "g", "d", body, api_version=GALLERY).result()
    return gallery.DefinitionId(account.subscription_id, "images", "g", "d")
