"""VM sizes: which ones a subscription may use in a location."""

from __future__ import annotations

from collections.abc import Mapping

from aib_airflow.azure.client import SKUS, Arm, word
from aib_airflow.azure.errors import InvalidError, translated


@translated
def choose_size(arm: Arm, location: str, wanted: tuple[str, ...]) -> str:
    """Return the first of the wanted VM sizes that this subscription may use in this location.

    Raises InvalidError with the reason for each one that cannot be used.
    """
    skus = arm.compute.resource_skus.list(filter=f"location eq '{location}'", api_version=SKUS)
    offered = {
        str(sku.name).lower(): [
            word(r.reason_code) for r in sku.restrictions or () if word(r.type) == "Location"
        ]
        for sku in skus
        if sku.resource_type == "virtualMachines"
    }
    for size in wanted:
        if offered.get(size.lower()) == []:
            return size
    reasons = {size: ", ".join(offered.get(size.lower(), ["unknown there"])) for size in wanted}
    raise InvalidError(f"no usable VM size in {location}: {_join(reasons)}; name another in vmProfile.vmSize")


def _join(reasons: Mapping[str, str]) -> str:
    return "; ".join(f"{size} ({reason})" for size, reason in reasons.items())
