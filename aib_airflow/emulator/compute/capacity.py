"""What a region offers: the resource SKUs with their capabilities, and the quota with its use."""

from __future__ import annotations

import re
from collections import Counter

from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute.sizes import SIZES, Size, find_size
from aib_airflow.emulator.compute.types import VIRTUAL_MACHINE
from aib_airflow.emulator.errors import ArmError
from aib_airflow.emulator.identifiers import ResourceId
from aib_airflow.emulator.regions import REGIONS, region_name
from aib_airflow.emulator.routing import LIST, Call, Reply, Routes
from aib_airflow.emulator.store import Json

CORES_LIMIT, FAMILY_LIMIT, MACHINES_LIMIT = 100, 100, 25000
_LOCATION_FILTER = re.compile(r"\s*location\s+eq\s+'([^']*)'\s*", re.IGNORECASE)


def list_skus(_cloud: Cloud, call: Call) -> Reply:
    """GET the SKUs of all regions, or with `$filter=location eq '...'` of one."""
    text = call.query.get("$filter", "")
    match = _LOCATION_FILTER.fullmatch(text)
    if text and match is None:
        raise ArmError(
            400, "InvalidParameter", f"The filter {text!r} is not supported: location eq '...' only."
        )
    regions = [region_name(match[1])] if match else list(REGIONS)
    return Reply(200, {"value": [_sku(size, region) for region in regions for size in SIZES.values()]})


def list_usages(cloud: Cloud, call: Call) -> Reply:
    """GET the quota of a region and how much of it is used."""
    region = region_name(call.id.names[0])
    families: Counter[str] = Counter()
    machines = 0
    for vm in cloud.store.of_type(VIRTUAL_MACHINE, ResourceId(call.id.subscription)):
        if vm.location == region and not vm.inner.get("deallocated"):
            size = find_size(vm.properties["hardwareProfile"]["vmSize"])
            families[size.family] += size.cpus
            machines += 1
    usages = [
        _usage("cores", "Total Regional vCPUs", families.total(), CORES_LIMIT),
        _usage("virtualMachines", "Virtual Machines", machines, MACHINES_LIMIT),
    ]
    names = sorted({size.family for size in SIZES.values()})
    usages += [_usage(name, f"{name} vCPUs", families[name], FAMILY_LIMIT) for name in names]
    return Reply(200, {"value": usages})


def _usage(name: str, label: str, used: int, limit: int) -> Json:
    return {
        "unit": "Count",
        "currentValue": used,
        "limit": limit,
        "name": {"value": name, "localizedValue": label},
    }


def _sku(size: Size, region: str) -> Json:
    capabilities = {
        "vCPUs": size.cpus,
        "vCPUsAvailable": size.cpus,
        "MemoryGB": f"{size.memory_gb:g}",
        "MaxDataDiskCount": size.max_data_disks,
        "HyperVGenerations": size.generations,
        "CpuArchitectureType": "x64",
        "PremiumIO": size.has_premium_disks,
        "LowPriorityCapable": True,
        "OSVhdSizeMB": 1047552,
    }
    _, tier, name = size.name.partition("_")[0], *size.name.split("_", 1)
    return {
        "resourceType": "virtualMachines",
        "name": size.name,
        "tier": tier,
        "size": name,
        "family": size.family,
        "locations": [region],
        "locationInfo": [{"location": region, "zones": [], "zoneDetails": []}],
        "capabilities": [{"name": key, "value": str(value)} for key, value in capabilities.items()],
        "restrictions": [],
    }


ROUTES: Routes = {
    ("GET", "Microsoft.Compute/skus", LIST): list_skus,
    ("GET", "Microsoft.Compute/locations/usages", LIST): list_usages,
}
