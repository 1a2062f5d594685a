"""What a gallery version or a managed image is made from: a machine, disks, snapshots, another image."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aib_airflow.emulator import errors, tracked
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute import attachments, contents, guests, sources
from aib_airflow.emulator.compute.types import DISK, IMAGE, SNAPSHOT, VERSION, VIRTUAL_MACHINE
from aib_airflow.emulator.identifiers import ResourceId, parse_id
from aib_airflow.emulator.store import Json, Resource


@dataclass(frozen=True, slots=True)
class Origin:
    """One disk's content; a published one is never written again, so it can be shared."""

    file: Path
    is_published: bool


@dataclass(frozen=True, slots=True)
class Origins:
    """All disks; `is_generalized` is None when nobody can tell (a bare disk or snapshot)."""

    os_disk: Origin
    data_disks: tuple[tuple[int, Origin], ...] = ()
    os_type: str = ""
    generation: str = ""
    is_generalized: bool | None = None


def find(cloud: Cloud, version: Resource) -> Origins:
    """Return what a version is made from. Raises ArmError when it does not exist or cannot be used."""
    profile = version.properties.get("storageProfile") or {}
    source = profile.get("source") or _managed_image_source(version) or {}
    text = source.get("id") or source.get("virtualMachineId")
    if text:
        return _whole(cloud, tracked.reference({"id": text}, "storageProfile.source"), version.location)
    if profile.get("osDiskImage"):
        return _disk_by_disk(cloud, profile)
    raise errors.missing_parameter("galleryImageVersion.properties.storageProfile.source")


def shown(version: Resource, origins: Origins) -> Json:
    """Return the storage profile as ARM shows it: with sizes."""
    profile: Json = {**(version.properties.get("storageProfile") or {})}
    if source := profile.get("source") or _managed_image_source(version):
        profile["source"] = source
    os_disk = {"hostCaching": "ReadWrite", **(profile.get("osDiskImage") or {})}
    profile["osDiskImage"] = {**os_disk, "sizeInGB": contents.size_gb(origins.os_disk.file)}
    given = {item["lun"]: item for item in profile.get("dataDiskImages") or []}
    profile["dataDiskImages"] = [
        {"hostCaching": "None", **given.get(lun, {}), "lun": lun, "sizeInGB": contents.size_gb(disk.file)}
        for lun, disk in origins.data_disks
    ]
    return profile


def of_machine(cloud: Cloud, vm: Resource) -> Origins:
    """Return the disks of a machine that does not run."""
    if guests.power_state(cloud, vm) == "running":
        raise errors.not_allowed(f"VM '{vm.id.name}' is running: deallocate and generalize it first.")
    os_disk, *data_disks = list(attachments.disks_of(vm))
    identity = parse_id(os_disk["managedDisk"]["id"])
    disk = cloud.store.get(identity)
    return Origins(
        Origin(cloud.disk_file(identity), is_published=False),
        tuple(
            (item["lun"], Origin(cloud.disk_file(parse_id(item["managedDisk"]["id"])), is_published=False))
            for item in data_disks
        ),
        disk.properties.get("osType", ""),
        disk.properties.get("hyperVGeneration", ""),
        is_generalized=bool(vm.inner.get("generalized")),
    )


def of_disk(cloud: Cloud, identity: ResourceId) -> Origins:
    """Return a disk or snapshot that nobody writes to."""
    found = cloud.store.get(identity)
    guests.require_not_running(cloud, found.id)
    properties = found.properties
    is_published = found.id.type.lower() == SNAPSHOT.lower()
    origin = Origin(cloud.disk_file(found.id), is_published)
    return Origins(origin, (), properties.get("osType", ""), properties.get("hyperVGeneration", ""))


def _managed_image_source(version: Resource) -> Json | None:
    """Return the source in the words of API versions before 2019-12-01, which Packer 1.6 still uses."""
    profile = version.properties.get("publishingProfile") or {}
    image: Json | None = (profile.get("source") or {}).get("managedImage")
    return image


def _whole(cloud: Cloud, identity: ResourceId, location: str) -> Origins:
    kind = identity.type.lower()
    if kind == VIRTUAL_MACHINE.lower():
        return of_machine(cloud, cloud.store.get(identity))
    if kind in {DISK.lower(), SNAPSHOT.lower()}:
        return of_disk(cloud, identity)
    if kind in {IMAGE.lower(), VERSION.lower()}:
        source = sources.resolve(cloud, {"id": str(identity)}, location)
        data = tuple((lun, Origin(file, is_published=True)) for lun, file in source.data_files)
        os_disk = Origin(source.file, is_published=True)
        return Origins(os_disk, data, source.os_type, source.generation, source.is_generalized)
    raise errors.invalid_parameter(
        "storageProfile.source.id", f"{identity} can not be the source of a version."
    )


def _disk_by_disk(cloud: Cloud, profile: Json) -> Origins:
    os_source = profile["osDiskImage"].get("source") or {}
    found = of_disk(cloud, tracked.reference(os_source, "storageProfile.osDiskImage.source"))
    data = []
    for item in profile.get("dataDiskImages") or []:
        identity = tracked.reference(item.get("source"), "storageProfile.dataDiskImages.source")
        data.append((int(item["lun"]), of_disk(cloud, identity).os_disk))
    return Origins(found.os_disk, tuple(data), found.os_type, found.generation)
