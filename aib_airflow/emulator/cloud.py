"""Everything a service function may use: one emulated Azure, put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from aib_airflow.emulator.clock import Clock
from aib_airflow.emulator.identifiers import ResourceId
from aib_airflow.emulator.machines.model import MachineHost
from aib_airflow.emulator.operations import Operations
from aib_airflow.emulator.secret_keys import SecretKeys
from aib_airflow.emulator.settings import Settings
from aib_airflow.emulator.store import Store


class PlatformImage(Protocol):
    """A marketplace image, as the catalogue of base images describes it."""

    @property
    def publisher(self) -> str: ...

    @property
    def offer(self) -> str: ...

    @property
    def sku(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def os_type(self) -> str: ...

    @property
    def generation(self) -> str: ...

    @property
    def architecture(self) -> str: ...

    @property
    def size_gb(self) -> int: ...

    @property
    def disk_path(self) -> Path: ...


@dataclass(frozen=True, slots=True)
class Cloud:
    """One emulated Azure: its settings, its state, and the real things behind it."""

    settings: Settings
    store: Store
    operations: Operations
    host: MachineHost
    clock: Clock
    keys: SecretKeys
    platform_images: Callable[[], Sequence[PlatformImage]]

    def disk_file(self, resource: ResourceId, name: str = "disk") -> Path:
        """Return where a disk, snapshot, image or version keeps its content."""
        return self.store.folder(resource) / f"{name}.qcow2"
