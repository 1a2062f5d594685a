"""What a virtual machine's body must say, and what the service fills in. Rule: checked before the 201."""

from __future__ import annotations

import base64
import binascii
import uuid

from aib_airflow.emulator import errors, tracked
from aib_airflow.emulator.clock import stamp
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute import attachments, grants, sizes, sources
from aib_airflow.emulator.compute.types import DISK, VIRTUAL_MACHINE
from aib_airflow.emulator.identifiers import ResourceId
from aib_airflow.emulator.network import addresses, public_ips, references
from aib_airflow.emulator.store import Json, Resource

SECRETS = ("adminPassword", "customData", "secrets")


def complete(cloud: Cloud, vm: Resource) -> None:
    """Check a new machine's body and fill in ids, names and defaults. Raises ArmError."""
    size = (vm.properties.get("hardwareProfile") or {}).get("vmSize")
    if not size:
        raise errors.missing_parameter("hardwareProfile.vmSize")
    limit = sizes.find_size(size).max_data_disks
    vm.properties.setdefault("vmId", str(uuid.uuid4()))
    vm.properties.setdefault("timeCreated", stamp(cloud.clock.now()))
    source = _complete_storage(cloud, vm)
    if len(vm.properties["storageProfile"]["dataDisks"]) > limit:
        raise errors.conflict(f"The maximum number of data disks of a VM of size {size} is {limit}.")
    _complete_os_profile(vm, needed=source is not None and source.is_generalized)
    _complete_network(cloud, vm)


def differing_property(existing: Resource, wanted: Resource) -> str | None:
    """Return the name of a property that a second PUT changes although it is fixed at creation."""
    before, after = existing.properties, wanted.properties
    custom_data = (after.get("osProfile") or {}).get("customData")
    if custom_data is not None and custom_data != existing.inner.get("custom_data", ""):
        return "osProfile.customData"
    for path in ("hardwareProfile.vmSize", "osProfile.adminUsername", "osProfile.computerName"):
        if (value := _at(after, path)) is not None and value != _at(before, path):
            return path
    wanted_image = _image(after)
    image = _image(before)
    if any(str(image.get(key)).lower() != str(value).lower() for key, value in wanted_image.items()):
        return "imageReference"
    return None


def _image(properties: Json) -> Json:
    return dict((properties.get("storageProfile") or {}).get("imageReference") or {})


def _at(value: Json, path: str) -> object:
    found: object = value
    for key in path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _complete_storage(cloud: Cloud, vm: Resource) -> sources.Source | None:
    profile = vm.properties.get("storageProfile") or {}
    os_disk = dict(profile.get("osDisk") or {"createOption": "FromImage"})
    source = None
    if os_disk.get("createOption") == "FromImage":
        if not profile.get("imageReference"):
            raise errors.missing_parameter("storageProfile.imageReference")
        source = sources.resolve(cloud, profile["imageReference"], vm.location)
        os_disk = _os_disk(vm, os_disk, source)
        profile = {**profile, "imageReference": source.reference}
    elif os_disk.get("createOption") == "Attach":
        _require_attachable(cloud, vm, os_disk.get("managedDisk"))
    else:
        raise errors.not_supported(
            "PUT", str(vm.id), VIRTUAL_MACHINE, f"createOption {os_disk.get('createOption')}"
        )
    os_disk.setdefault("deleteOption", "Detach")
    data_disks = [_data_disk(cloud, vm, item) for item in profile.get("dataDisks") or []]
    data_disks += _image_data_disks(vm, source, {item["lun"] for item in data_disks})
    vm.properties["storageProfile"] = {**profile, "osDisk": os_disk, "dataDisks": data_disks}
    return source


def _os_disk(vm: Resource, os_disk: Json, source: sources.Source) -> Json:
    size = os_disk.get("diskSizeGB") or source.size_gb
    if size < source.size_gb:
        message = (
            f"The specified disk size {size} GB is smaller than the size of the corresponding disk in the VM "
            f"image: {source.size_gb} GB."
        )
        raise errors.ArmError(400, "ResizeDiskError", message)
    name = os_disk.get("name") or f"{vm.id.name}_OsDisk_1_{uuid.uuid4().hex}"
    managed = {"storageAccountType": "Standard_LRS", **(os_disk.get("managedDisk") or {})}
    managed["id"] = str(vm.id.sibling(DISK, name))
    return {
        "caching": "ReadWrite",
        **os_disk,
        "osType": source.os_type,
        "name": name,
        "diskSizeGB": size,
        "managedDisk": managed,
    }


def _data_disk(cloud: Cloud, vm: Resource, item: Json) -> Json:
    option, lun = item.get("createOption"), item.get("lun")
    if not isinstance(lun, int):
        raise errors.missing_parameter("dataDisks.lun")
    if option == "Attach":
        identity = _require_attachable(cloud, vm, item.get("managedDisk"))
        return {"caching": "None", "deleteOption": "Detach", **item, "name": identity.name}
    if option == "Empty":
        if not item.get("diskSizeGB"):
            raise errors.missing_parameter("dataDisks.diskSizeGB")
        return _named_data_disk(vm, item)
    if option == "FromImage":
        return _named_data_disk(vm, item)
    raise errors.not_supported("PUT", str(vm.id), VIRTUAL_MACHINE, f"dataDisks.createOption {option}")


def _image_data_disks(vm: Resource, source: sources.Source | None, given: set[int]) -> list[Json]:
    """Return the data disks that the image brings along and the request does not mention."""
    luns = [lun for lun, _ in source.data_files] if source else []
    return [
        _named_data_disk(vm, {"lun": lun, "createOption": "FromImage"}) for lun in luns if lun not in given
    ]


def _named_data_disk(vm: Resource, item: Json) -> Json:
    name = item.get("name") or f"{vm.id.name}_disk{item['lun'] + 2}_{uuid.uuid4().hex}"
    managed = {"storageAccountType": "Standard_LRS", **(item.get("managedDisk") or {})}
    managed["id"] = str(vm.id.sibling(DISK, name))
    return {"caching": "None", "deleteOption": "Detach", **item, "name": name, "managedDisk": managed}


def _require_attachable(cloud: Cloud, vm: Resource, value: Json | None) -> ResourceId:
    disk = cloud.store.get(tracked.reference(value, "managedDisk"))
    grants.require_none(disk)
    owner = attachments.owner_of(cloud, disk.id)
    if owner and owner.id != vm.id:
        message = f"Disk '{disk.id.name}' cannot be attached as the disk is already owned by VM '{owner.id}'."
        raise errors.conflict(message, "ConflictingUserInput")
    return disk.id


def _complete_os_profile(vm: Resource, *, needed: bool) -> None:
    """Take the secrets out of the body: Azure never shows them again."""
    profile = vm.properties.get("osProfile")
    if profile is None:
        if needed:
            raise errors.missing_parameter("osProfile")
        return
    for key in ("computerName", "adminUsername") if needed else ():
        if not profile.get(key):
            raise errors.missing_parameter(f"osProfile.{key}")
    _require_a_way_in(profile, needed=needed)
    vm.inner["custom_data"] = _checked_custom_data(profile.get("customData") or "")
    shown = {key: value for key, value in profile.items() if key not in SECRETS}
    vm.properties["osProfile"] = {**shown, "secrets": [], "allowExtensionOperations": True}


def _require_a_way_in(profile: Json, *, needed: bool) -> None:
    linux = profile.get("linuxConfiguration") or {}
    keys = (linux.get("ssh") or {}).get("publicKeys") or []
    if any(not key.get("keyData") for key in keys):
        raise errors.missing_parameter("linuxConfiguration.ssh.publicKeys.keyData")
    if needed and not keys and not profile.get("adminPassword"):
        message = (
            "Authentication using either SSH or by user name and password must be enabled in Linux profile."
        )
        raise errors.invalid_parameter("linuxConfiguration", message)


def _checked_custom_data(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error:
        message = "Custom data in OSProfile must be in Base64 encoding and with a maximum length of 87380."
        raise errors.invalid_parameter("customData", message) from None
    return text


def _complete_network(cloud: Cloud, vm: Resource) -> None:
    """Check the interfaces, and settle the loopback address the machine answers at."""
    interfaces = (vm.properties.get("networkProfile") or {}).get("networkInterfaces") or []
    if not interfaces:
        raise errors.missing_parameter("networkProfile.networkInterfaces")
    for item in interfaces:
        identity = tracked.reference(item, "networkInterfaces")
        interface = cloud.store.get(identity)
        owner = references.machine_on(cloud, interface.id)
        if owner and owner.id != vm.id:
            message = f"Network interface {interface.id} is used by an existing VM {owner.id}."
            raise errors.ArmError(400, "NicInUse", message)
    vm.inner["address"] = (
        _public_address(cloud, interfaces[0]) or vm.inner.get("address") or addresses.allocate(cloud)
    )


def _public_address(cloud: Cloud, interface: Json) -> str | None:
    configurations = cloud.store.get(tracked.reference(interface, "networkInterfaces")).properties[
        "ipConfigurations"
    ]
    public = configurations[0]["properties"].get("publicIPAddress")
    if public is None:
        return None
    return public_ips.ensure_address(cloud, cloud.store.get(tracked.reference(public, "publicIPAddress")))
