"""The build machine and what surrounds it: size, disks, network, identities, group and tags."""

from __future__ import annotations

from typing import Any

from aib_airflow.importers.packer.document import Block, Setting
from aib_airflow.importers.packer.ids import group_id, resource_id
from aib_airflow.importers.packer.nodes import Fields, Reference
from aib_airflow.importers.packer.options import Options

_SUBNET = "Microsoft.Network/virtualNetworks/subnets"


def vm_profile(options: Options) -> dict[str, Any]:
    """Return `vmProfile`."""
    identities = options.write("user_assigned_managed_identities", "array")
    profile = {
        "vmSize": options.write("vm_size"),
        "osDiskSizeGB": options.integer("os_disk_size_gb"),
        "userAssignedIdentities": [identities] if _is_plain_text(identities) else identities,
        "vnetConfig": _network(options),
    }
    return {name: value for name, value in profile.items() if value is not None}


def data_disks(options: Options) -> list[dict[str, Any]]:
    """Return `additionalDataDisks`."""
    setting = options.take("disk_additional_size")
    if setting is None:
        return []
    sizes = options.writer.scope.value(setting.value)
    if isinstance(sizes, list) and all(str(size).isdigit() for size in sizes):
        return [{"sizeGB": int(size)} for size in sizes]
    options.writer.report.left_out(
        setting.place, "the sizes of the data disks are not known", "give them with -var"
    )
    return []


def staging_group(options: Options) -> str | None:
    """Return `stagingResourceGroup`: the group in which Packer builds, if it is told to use one."""
    setting = options.take("build_resource_group_name")
    if setting is None:
        return None
    options.writer.report.changed(
        setting.place,
        "is the staging resource group here, which Image Builder wants to be empty and without a lock",
        "remove stagingResourceGroup to have one made for each build",
    )
    group = options.writer.expression(setting.value, setting.place)
    return group_id(options.subscription(), group)


def location(options: Options) -> Any:
    """Return the region; where Packer takes that of the build's group, a parameter asks for it."""
    written = options.write("location")
    if written is not None:
        return written
    group = options.block.settings.get("build_resource_group_name")
    options.writer.report.changed(
        group.place if group else options.block.place,
        "Packer looks up the region of the build's resource group; parameter 'buildLocation' stands for it",
        "give it a value, such as westus2",
    )
    return f"[{options.writer.ask('buildLocation', 'Region in which the image is built')}]"


def tags(options: Options) -> Any:
    """Return the tags of everything that is made: an object, an expression, or None."""
    setting = options.take("azure_tags")
    written = [_written_tags(options, setting)] if setting else []
    single: dict[str, Any] = {}
    for block in options.block.named("azure_tag"):
        if block.for_each is not None:
            written.append(options.writer.write(block.for_each, block.place, "object"))
        else:
            inner = Options(block, options.writer)
            value = inner.take("value")
            single[str(inner.value("name"))] = (
                options.writer.write_text(value.value, value.place) if value else ""
            )
    written += [single] if single else []
    if len(written) > 1 and all(isinstance(each, dict) for each in written):
        return {name: value for each in written for name, value in each.items()}
    return written[0] if written else None


def _written_tags(options: Options, setting: Setting) -> Any:
    if isinstance(setting.value, Fields):
        pairs = setting.value.fields
        return {name: options.writer.write_text(value, setting.place) for name, value in pairs}
    return options.writer.write(setting.value, setting.place, "object")


def is_map_of_tags(block: Block) -> bool:
    """Tell whether a dynamic `azure_tag` gives each pair of a map as a tag: then the map itself is the tags."""
    found = {name: setting.value for name, setting in block.settings.items()}
    wanted = {name: Reference(block.iterator, part) for name, part in (("name", "key"), ("value", "value"))}
    return block.kind == "azure_tag" and block.for_each is not None and found == wanted


def _network(options: Options) -> dict[str, Any] | None:
    network = options.take("virtual_network_name")
    subnet = options.expression("virtual_network_subnet_name")
    group = options.expression("virtual_network_resource_group_name")
    if network is None:
        return None
    if subnet is None or group is None:
        asked = options.writer.ask("subnetId", "Resource id of the build machine's subnet")
        options.writer.report.changed(
            network.place,
            "Packer looks up the network's group or subnet; parameter 'subnetId' stands for them",
            "give the resource id of the subnet",
        )
        return {"subnetId": f"[{asked}]"}
    name = options.writer.expression(network.value, network.place)
    return {"subnetId": resource_id(options.subscription(), group, _SUBNET, name, subnet)}


def _is_plain_text(written: Any) -> bool:
    return isinstance(written, str) and not written.startswith("[")
