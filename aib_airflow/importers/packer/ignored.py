"""Settings of an azure-arm builder that a template has no place for, and why none is missed."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping

from aib_airflow.importers.packer.document import Setting
from aib_airflow.importers.packer.options import Options
from aib_airflow.importers.packer.report import Kind

_LOGIN = "the connection logs in"
_NAMES = "the engine names what it makes for a build, and deletes it"
_REACH = "the engine makes its own way to the machine"

_REASONS: Mapping[str, tuple[Kind, str, str]] = {
    **dict.fromkeys(
        (
            "client_*", "tenant_id", "oidc_*", "object_id", "use_azure_cli_auth", "use_interactive_auth",
            "cloud_environment_name", "metadata_host",
        ),
        ("not needed", _LOGIN, "put it into the Airflow connection"),
    ),
    "subscription_id": ("not needed", "the connection has the subscription", ""),
    **dict.fromkeys(
        (
            "communicator", "ssh_*", "winrm_*", "pause_before_connecting", "temporary_key_pair_*",
            "build_key_vault_*", "skip_create_build_key_vault", "custom_script",
        ),
        ("not needed", _REACH, ""),
    ),
    **dict.fromkeys(
        ("temp_*", "custom_resource_build_prefix", "async_resourcegroup_delete", "resource_group_name"),
        ("not needed", _NAMES, ""),
    ),
    **dict.fromkeys(
        ("polling_duration_timeout", "shared_image_gallery_timeout", "sas_token_duration"),
        ("not needed", "the engine waits as long as properties.buildTimeoutInMinutes", ""),
    ),
    "os_type": ("not needed", "the source image says it", ""),
    "public_ip_sku": ("not needed", _REACH, ""),
    "allowed_inbound_ip_addresses": (
        "left out", "a template has no firewall rule for the build machine", "bring a subnet (vnetConfig) that has it",
    ),
    "private_virtual_network_with_public_ip": (
        "left out", "a template does not say how the machine in your subnet is reached", "see the pipeline file's `network`",
    ),
    "managed_image_storage_account_type": ("left out", "a template does not choose a managed image's storage", ""),
    "managed_image_zone_resilient": ("left out", "a template does not choose a managed image's storage", ""),
    **dict.fromkeys(
        ("managed_image_os_disk_snapshot_name", "managed_image_data_disk_snapshot_prefix", "keep_os_disk"),
        ("left out", "disks and snapshots are not kept", "make them of the finished image"),
    ),
    **dict.fromkeys(
        ("user_data*", "custom_data*"),
        ("left out", "a template gives the build machine no user data", "do it in a first step of `customize`"),
    ),
    **dict.fromkeys(
        (
            "secure_boot_enabled", "vtpm_enabled", "security_*", "encryption_at_host", "disk_encryption_set_id",
            "disk_caching_type", "disk_controller_type", "disk_additional_luns", "accelerated_networking",
            "boot_diag_storage_account", "license_type", "vm_zone", "capacity_reservation*", "security_type",
        ),
        ("left out", "Image Builder chooses it for the build machine; the image definition says what images have", ""),
    ),
    "shared_gallery_image_version_end_of_life_date": ("left out", "a template gives a version no end of life", ""),
    "capture_name_prefix": ("not needed", "nothing is captured to a VHD", ""),
    "skip_create_image": (
        "left out", "a template always makes its image", "to try the steps only, use errorHandling or a run you cancel",
    ),
    "storage_account": ("not needed", "nothing is captured to a VHD", ""),
}  # fmt: skip


def report_ignored(options: Options) -> None:
    """Note every setting and block of a builder that was not used."""
    for setting in options.left():
        _note(options, setting)
    for block in options.block.blocks:
        if block.kind == "spot":
            options.writer.report.left_out(
                block.place,
                "a template does not build on spot machines",
                "see the pipeline file's `build`",
            )
        elif block.kind not in _READ_BLOCKS:
            options.writer.report.left_out(block.place, f"no word for {block.kind} in a template")


_READ_BLOCKS = {"shared_image_gallery", "shared_image_gallery_destination", "plan_info", "azure_tag"}


def _note(options: Options, setting: Setting) -> None:
    report = options.writer.report
    reason = next((_REASONS[name] for name in _REASONS if fnmatch.fnmatchcase(setting.name, name)), None)
    if reason is None:
        report.left_out(setting.place, f"no word for {setting.name} in a template", "check what it is for")
        return
    kind, message, fix = reason
    {"left out": report.left_out, "not needed": report.not_needed, "changed": report.changed}[kind](
        setting.place, message, fix
    )
