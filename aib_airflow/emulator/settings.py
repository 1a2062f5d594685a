"""What an operator of the emulator can set; every field has a default but the state folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from aib_airflow.emulator.base_images.catalogue import default_cache

SUBSCRIPTION_ID = "00000000-0000-4000-8000-00000000a1b0"
TENANT_ID = "00000000-0000-4000-8000-00000000a1b1"
CLIENT_ID = "00000000-0000-4000-8000-00000000a1b2"


@dataclass(frozen=True, slots=True)
class Latencies:
    """Seconds an operation of a kind takes at least, before its real work starts."""

    network_s: float = 0.0
    machine_s: float = 0.05
    disk_s: float = 0.05
    gallery_s: float = 0.05
    delete_s: float = 0.05


@dataclass(frozen=True, slots=True)
class Settings:
    """One emulated Azure.

    `port` 0 takes a free one. `retry_after_s` None sends no Retry-After, as Azure mostly does; the SDKs
    then wait their own 30 s. `machine_cpus` and `machine_memory_mb` cap every machine, whatever its VM
    size says. `client_secret` empty means: one made at the first start and kept in the state folder.
    `address_network` is the loopback network (three octets) that public IP addresses come from; empty
    means one derived from the state folder, so that two emulators do not meet.
    """

    state_dir: Path
    cache_dir: Path = field(default_factory=default_cache)
    port: int = 0
    retry_after_s: int | None = None
    latencies: Latencies = field(default_factory=Latencies)
    replication_s: float = 0.2
    replication_by_region_s: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    machine_cpus: int = 2
    machine_memory_mb: int = 1024
    stop_timeout_s: float = 30.0
    address_network: str = ""
    subscription_id: str = SUBSCRIPTION_ID
    tenant_id: str = TENANT_ID
    client_id: str = CLIENT_ID
    client_secret: str = field(default="", repr=False)

    def replication_seconds(self, region: str) -> float:
        """Return how long a version takes to reach `region` (a name such as `westus2`)."""
        return self.replication_by_region_s.get(region, self.replication_s)
