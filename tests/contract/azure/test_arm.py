"""Our client of Azure Resource Manager against the emulator, over TLS, with the official SDKs."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from aib_airflow.azure import disk, gallery, group, network, size, source, vm
from aib_airflow.azure.client import Arm, polling_client
from aib_airflow.azure.credentials import Account, Cloud
from aib_airflow.azure.errors import DeniedError, InvalidError, NotFoundError, UnavailableError
from aib_airflow.azure.operation import Operation, look
from aib_airflow.remote.keys import BuildKeys

WEST = "westus2"
NETWORK = network.NetworkSpec("build", WEST, {}, "nsg", "vnet", "subnet", "ip", "nic")


def finish(arm: Arm, *operations: Operation | None) -> None:
    """Look until all are done, as a trigger does."""

    async def watch() -> None:
        async with polling_client(arm.account) as client:
            for operation in filter(None, operations):
                for _ in range(300):
                    progress = await look(client, operation)
                    if progress.done:
                        break
                    await asyncio.sleep(0.1)
                assert progress.done
                assert progress.error is None

    asyncio.run(watch())


def test_one_build_from_group_to_version_and_back_to_nothing(arm: Arm, definition) -> None:
    """Each call that a build makes is accepted, and in the end only the version is left."""
    subscription = f"/subscriptions/{arm.account.subscription_id}"
    assert group.create(arm, "build", WEST, {"aib-run": "r"}).endswith("/build")
    assert group.tags(arm, "build") == {"aib-run": "r"}
    finish(
        arm,
        network.create_nsg(arm, NETWORK, port=22, source="*"),
        network.create_public_ip(arm, NETWORK),
        network.create_vnet(arm, NETWORK),
    )
    finish(arm, network.create_nic(arm, NETWORK))
    assert network.public_address(arm, NETWORK).startswith("127.")
    image = source.resolve_marketplace(
        arm, WEST, publisher="Debian", offer="debian-12", sku="12-gen2", version="latest"
    )
    assert (image.version, image.os_type, image.generation) == ("0.20261122.1", "Linux", "V2")
    keys = BuildKeys.generate()
    spec = vm.VmSpec(
        "build", "vm", WEST, "Standard_D2s_v5", image.reference, "osdisk", "nic", "host", "imagebuilder",
        keys.public_key, keys.cloud_config(),
    )  # fmt: skip
    finish(arm, vm.create(arm, spec, {}))
    finish(arm, vm.create(arm, spec, {}))  # a second PUT adopts the first
    finish(arm, vm.deallocate(arm, "build", "vm"))
    os_disk = vm.os_disk_id(arm, "build", "vm")
    finish(arm, disk.create_snapshot(arm, "build", "snapshot", WEST, source_id=os_disk, tags={}))
    assert disk.snapshot_size_gb(arm, "build", "snapshot") == 1
    finish(arm, vm.delete(arm, "build", "vm"))
    finish(arm, network.delete_interface(arm, NETWORK))
    finish(arm, *network.delete_rest(arm, NETWORK))
    snapshot = f"{subscription}/resourceGroups/build/providers/Microsoft.Compute/snapshots/snapshot"
    regions = [{"name": WEST}, {"name": "eastus"}]
    version = gallery.VersionSpec(definition, "1.0.0", WEST, snapshot, regions, exclude_from_latest=True)
    finish(arm, gallery.create_version(arm, version, {"aib-run": "r"}))
    assert gallery.get_version_tags(arm, definition, "1.0.0") == {"aib-run": "r"}
    with pytest.raises(NotFoundError, match="no version"):
        source.resolve_gallery(arm, definition.version_id("latest"))
    finish(arm, gallery.include_in_latest(arm, definition, "1.0.0"))
    assert source.resolve_gallery(arm, definition.version_id("latest")).version == "1.0.0"
    finish(arm, group.delete(arm, "build"))
    assert group.tags(arm, "build") is None
    assert group.delete(arm, "build") is None
    assert gallery.list_versions(arm, definition) == ["1.0.0"]


def test_regions_are_told_by_their_short_names(arm: Arm, definition) -> None:
    """A trigger compares `westus2` with what Azure calls `West US 2`."""

    async def states() -> dict[str, str]:
        async with polling_client(arm.account) as client:
            regions = await gallery.region_status(client, definition.version_id("1.0.0"))
        return {name: status.state for name, status in regions.items()}

    assert asyncio.run(states()) == {WEST: "Completed", "eastus": "Completed"}


def test_what_is_missing_is_named_with_what_to_do(arm: Arm, definition) -> None:
    """Before anything is made."""
    nowhere = dataclasses.replace(definition, definition="nowhere")
    with pytest.raises(NotFoundError, match=r"az sig image-definition create .*-i nowhere"):
        gallery.get_definition(arm, nowhere)
    with pytest.raises(NotFoundError, match="Debian:debian-12:13:latest is not in westus2"):
        source.resolve_marketplace(
            arm, WEST, publisher="Debian", offer="debian-12", sku="13", version="latest"
        )
    with pytest.raises(InvalidError, match=r"Standard_X1 \(unknown there\)"):
        size.choose_size(arm, WEST, ("Standard_X1",))
    assert size.choose_size(arm, WEST, ("Standard_X1", "Standard_D2s_v5")) == "Standard_D2s_v5"


def test_a_wrong_secret_is_final_and_a_silent_endpoint_is_not(account: Account) -> None:
    """The two are not to be confused: one is mended by a person, the other by waiting."""
    with (
        Arm(dataclasses.replace(account, client_secret="wrong")) as arm,
        pytest.raises(DeniedError, match="AADSTS7000215"),
    ):
        group.tags(arm, "build")
    nowhere = Cloud("https://127.0.0.1:1", "https://127.0.0.1:1", "https://127.0.0.1:1/.default", "")
    with (
        Arm(dataclasses.replace(account, cloud=nowhere)) as arm,
        pytest.raises(UnavailableError, match="cannot be reached"),
    ):
        group.tags(arm, "build")
