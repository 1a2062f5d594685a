"""Virtual machines: create, change, delete. Succeeded means that the hypervisor answers, not that SSH does."""

from __future__ import annotations

from aib_airflow.emulator import errors, lro, tracked
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute import attachments, contents, disks, guests, machine_model, removal, sources
from aib_airflow.emulator.compute.types import VIRTUAL_MACHINE
from aib_airflow.emulator.identifiers import parse_id
from aib_airflow.emulator.operations import Operation, Work
from aib_airflow.emulator.routing import Call, Reply, Routes
from aib_airflow.emulator.store import Json, Resource

CREATE_WORK, UPDATE_WORK, DELETE_WORK = (
    "virtualMachines.create",
    "virtualMachines.update",
    "virtualMachines.delete",
)
KEPT = ("vmId", "timeCreated", "storageProfile", "osProfile", "hardwareProfile", "networkProfile")


def put(cloud: Cloud, call: Call) -> Reply:
    """Create a machine; a PUT on an existing one may change tags and what Azure lets change."""
    existing = cloud.store.find(call.id)
    vm = tracked.requested(cloud, call, existing)
    latency_s = cloud.settings.latencies.machine_s
    if existing and existing.state == "Succeeded":
        if name := machine_model.differing_property(existing, vm):
            raise errors.change_not_allowed(name)
        kept = {key: existing.properties[key] for key in KEPT if key in existing.properties}
        vm.body["properties"] = {**vm.properties, **kept}
        operation = cloud.operations.start(cloud, vm, UPDATE_WORK, state="Updating", latency_s=latency_s)
        return lro.written(cloud, call, operation, vm, status=200)
    machine_model.complete(cloud, vm)
    operation = cloud.operations.start(cloud, vm, CREATE_WORK, state="Creating", latency_s=latency_s)
    return lro.written(cloud, call, operation, vm, status=201)


def delete(cloud: Cloud, call: Call) -> Reply:
    """Begin to delete a machine; what has deleteOption `Delete` goes with it."""
    vm = cloud.store.find(call.id)
    if vm is None:
        return Reply(204)
    latency_s = cloud.settings.latencies.delete_s
    operation = cloud.operations.start(cloud, vm, DELETE_WORK, state="Deleting", latency_s=latency_s)
    return lro.accepted(cloud, call, operation)


def create(cloud: Cloud, operation: Operation) -> None:
    """Work: make the disks and start the machine."""
    identity = operation.target
    vm = cloud.store.get(identity)
    source = _source(cloud, vm)
    for item in attachments.disks_of(vm):
        if item["createOption"] != "Attach":
            _make_disk(cloud, vm, item, source)
    guests.machine_of(cloud, vm).start()


def update(cloud: Cloud, operation: Operation) -> None:
    """Work: nothing but what the record already says."""
    identity = operation.target
    cloud.store.get(identity)


def remove(cloud: Cloud, operation: Operation) -> None:
    """Work: delete the machine, then what is to go with it."""
    identity = operation.target
    vm = cloud.store.get(identity)
    interfaces = vm.properties["networkProfile"]["networkInterfaces"]
    going = [parse_id(item["managedDisk"]["id"]) for item in attachments.disks_of(vm) if _goes(item)]
    going += [parse_id(item["id"]) for item in interfaces if _goes(item.get("properties") or {})]
    removal.remove(cloud, vm)
    for resource in going:
        if found := cloud.store.find(resource):
            removal.remove(cloud, found)


def _goes(item: Json) -> bool:
    return item.get("deleteOption") == "Delete"


def _source(cloud: Cloud, vm: Resource) -> sources.Source | None:
    profile = vm.properties["storageProfile"]
    if profile["osDisk"]["createOption"] != "FromImage":
        return None
    reference = dict(profile["imageReference"])
    exact = reference.get("exactVersion")
    if exact and "id" not in reference:
        reference["version"] = exact
    return sources.resolve(cloud, reference, vm.location)


def _make_disk(cloud: Cloud, vm: Resource, item: Json, source: sources.Source | None) -> None:
    """Make a disk's content first, then its record: a disk that is seen is complete."""
    identity = parse_id(item["managedDisk"]["id"])
    target = cloud.disk_file(identity)
    if item["createOption"] == "Empty":
        contents.make_empty(target, int(item["diskSizeGB"]))
    elif source is None:
        raise errors.invalid_parameter("dataDisks", "FromImage data disks need an OS disk FromImage.")
    else:
        lun = item.get("lun")
        published = source.file if lun is None else dict(source.data_files).get(lun)
        if published is None:
            raise errors.invalid_parameter("dataDisks.lun", f"The image has no data disk at lun {lun}.")
        contents.make_writable(published, target, item.get("diskSizeGB"))
    properties: Json = {
        "diskSizeGB": contents.size_gb(target),
        "creationData": {"createOption": item["createOption"]},
    }
    if "osType" in item and source:
        properties |= {"osType": item["osType"], "hyperVGeneration": source.generation}
        properties["creationData"] |= source.origin
    sku = item["managedDisk"]["storageAccountType"]
    cloud.store.save(disks.new_record(cloud, identity, vm.location, properties, sku))


ROUTES: Routes = {
    ("PUT", VIRTUAL_MACHINE, ""): put,
    ("PATCH", VIRTUAL_MACHINE, ""): tracked.patch_tags,
    ("DELETE", VIRTUAL_MACHINE, ""): delete,
}
WORKS: dict[str, Work] = {CREATE_WORK: create, UPDATE_WORK: update, DELETE_WORK: remove}
