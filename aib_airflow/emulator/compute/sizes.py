"""VM sizes: the few that image builds use, with Azure's figures.

Rule: a size says what Azure would give; the real machine gets no more than the settings' caps.
"""

from __future__ import annotations

from dataclasses import dataclass

from aib_airflow.emulator import errors


@dataclass(frozen=True, slots=True)
class Size:
    """One VM size; `family` is the name of its quota."""

    name: str
    family: str
    cpus: int
    memory_gb: float
    max_data_disks: int
    generations: str = "V1,V2"
    has_premium_disks: bool = True


SIZES = {
    size.name.lower(): size
    for size in (
        Size("Standard_D1_v2", "standardDv2Family", 1, 3.5, 4, "V1", has_premium_disks=False),
        Size("Standard_D2_v2", "standardDv2Family", 2, 7, 8, "V1", has_premium_disks=False),
        Size("Standard_DS1_v2", "standardDSv2Family", 1, 3.5, 4),
        Size("Standard_DS2_v2", "standardDSv2Family", 2, 7, 8),
        Size("Standard_B1s", "standardBSFamily", 1, 1, 2),
        Size("Standard_B2s", "standardBSFamily", 2, 4, 4),
        Size("Standard_B2ms", "standardBSFamily", 2, 8, 4),
        Size("Standard_D2s_v3", "standardDSv3Family", 2, 8, 4),
        Size("Standard_D4s_v3", "standardDSv3Family", 4, 16, 8),
        Size("Standard_D2ds_v4", "standardDDSv4Family", 2, 8, 4),
        Size("Standard_D4ds_v4", "standardDDSv4Family", 4, 16, 8),
        Size("Standard_D2s_v5", "standardDSv5Family", 2, 8, 4),
        Size("Standard_D4s_v5", "standardDSv5Family", 4, 16, 8),
        Size("Standard_D8s_v5", "standardDSv5Family", 8, 32, 16),
        Size("Standard_D2as_v5", "standardDASv5Family", 2, 8, 4),
        Size("Standard_D4as_v5", "standardDASv5Family", 4, 16, 8),
        Size("Standard_D2ds_v5", "standardDDSv5Family", 2, 8, 4),
        Size("Standard_F2s_v2", "standardFSv2Family", 2, 4, 4),
    )
}


def find_size(name: str) -> Size:
    """Return a size by its name. Raises ArmError (400) as Azure does for an unknown one."""
    if size := SIZES.get(name.lower()):
        return size
    raise errors.invalid_parameter(
        "vmSize",
        f"The value {name} provided for the VM size is not valid. The valid sizes in the current region are: "
        f"{', '.join(size.name for size in SIZES.values())}.",
    )
