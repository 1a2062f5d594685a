"""The marketplace, SKUs and usages: what a build asks before it makes anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

PUBLISHERS = "/providers/Microsoft.Compute/locations/westus2/publishers"
SKUS = f"{PUBLISHERS}/Debian/artifacttypes/vmimage/offers/debian-12/skus"
VERSIONS = f"{SKUS}/12-gen2/versions"
VM = "/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm"


def test_one_walks_from_publisher_to_version(stocked: Any) -> None:
    """Each level is a list of names with ids."""
    assert [item["name"] for item in stocked.get(PUBLISHERS)] == ["Debian"]
    offers = stocked.get(f"{PUBLISHERS}/debian/artifacttypes/vmimage/offers")
    assert [item["name"] for item in offers] == ["debian-12"]
    assert [item["name"] for item in stocked.get(SKUS)] == ["12-gen2"]
    assert stocked.send("GET", f"{PUBLISHERS}/nobody/artifacttypes/vmimage/offers").status == 404


def test_versions_are_ordered_by_number(stocked: Any, base_image: Any) -> None:
    """`0.20261101.10` is newer than `0.20261101.9`; `$top` comes after `$orderby`."""
    images = [replace(base_image, version=f"0.20261101.{number}") for number in (9, 10, 1)]
    stocked.cloud = replace(stocked.cloud, platform_images=lambda: images)
    names = [item["name"] for item in stocked.get(VERSIONS, orderby="name desc", top="2")]
    assert names == ["0.20261101.10", "0.20261101.9"]


def test_a_version_says_what_a_build_needs_to_know(stocked: Any) -> None:
    """Operating system, generation, architecture."""
    version = stocked.get(f"{VERSIONS}/0.20261101.1")["properties"]
    assert version["osDiskImage"]["operatingSystem"] == "Linux"
    assert (version["hyperVGeneration"], version["architecture"]) == ("V2", "x64")
    assert stocked.get(VERSIONS, expand="properties")[0]["properties"]["hyperVGeneration"] == "V2"
    assert stocked.send("GET", f"{VERSIONS}/0.1.1").status == 404


def test_skus_are_filtered_by_location(arm: Any) -> None:
    """Another filter is refused, not ignored."""
    skus = arm.get("/providers/Microsoft.Compute/skus", filter="location eq 'West US 2'")["value"]
    assert {tuple(sku["locations"]) for sku in skus} == {("westus2",)}
    found = next(sku for sku in skus if sku["name"] == "Standard_D2s_v5")
    capabilities = {item["name"]: item["value"] for item in found["capabilities"]}
    assert (capabilities["vCPUs"], capabilities["MemoryGB"], found["size"]) == ("2", "8", "D2s_v5")
    assert arm.send("GET", "/providers/Microsoft.Compute/skus", filter="name eq 'x'").status == 400


def test_usages_count_machines_that_have_a_host(stocked: Any, machine: Any) -> None:
    """A deallocated machine uses no quota."""

    def cores() -> int:
        usages = stocked.get("/providers/Microsoft.Compute/locations/westus2/usages")["value"]
        return next(
            usage["currentValue"] for usage in usages if usage["name"]["value"] == "standardDSv5Family"
        )

    stocked.put(VM, machine)
    assert cores() == 2
    stocked.send("POST", f"{VM}/deallocate")
    assert cores() == 0
