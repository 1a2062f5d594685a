"""The emulator's regions: Azure's names. Rule: compare by name (`westus2`), show as the service does."""

from __future__ import annotations

from aib_airflow.emulator import errors

REGIONS = {
    "eastus": "East US",
    "eastus2": "East US 2",
    "westus": "West US",
    "westus2": "West US 2",
    "westus3": "West US 3",
    "centralus": "Central US",
    "southcentralus": "South Central US",
    "northeurope": "North Europe",
    "westeurope": "West Europe",
    "uksouth": "UK South",
    "francecentral": "France Central",
    "germanywestcentral": "Germany West Central",
    "swedencentral": "Sweden Central",
    "switzerlandnorth": "Switzerland North",
    "southeastasia": "Southeast Asia",
    "japaneast": "Japan East",
    "australiaeast": "Australia East",
    "canadacentral": "Canada Central",
    "brazilsouth": "Brazil South",
}


def region_name(text: str) -> str:
    """Return `westus2` for `West US 2`. Raises ArmError (400) for a region the emulator does not have."""
    name = text.replace(" ", "").lower()
    if name not in REGIONS:
        raise errors.ArmError(
            400,
            "LocationNotAvailableForResourceType",
            f"The provided location '{text}' is not available. Available locations are {','.join(REGIONS)}.",
        )
    return name


def display_name(text: str) -> str:
    """Return `West US 2` for `westus2`. Raises ArmError (400)."""
    return REGIONS[region_name(text)]
