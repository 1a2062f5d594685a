"""The rules of AIB's schema of 2025-10-01, each broken once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aib_airflow.template import Fault, load
from aib_airflow.template.customizers import PowerShellStep, WindowsRestartStep, WindowsUpdateStep
from aib_airflow.template.distributors import SharedImageDistributor
from aib_airflow.template.sources import PlatformImageSource

IMAGE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/i"
SUBNET = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/b"


def step(**fields: Any) -> Callable[[dict[str, Any]], object]:
    return lambda properties: properties.update(customize=[fields])


def shared_image(**fields: Any) -> Callable[[dict[str, Any]], object]:
    return lambda properties: properties["distribute"][0].update(fields)


def settings(**fields: Any) -> Callable[[dict[str, Any]], object]:
    return lambda properties: properties.update(fields)


BROKEN_RULES = [
    (settings(source={"type": "ISO"}), ".source.type", "'ISO' is not one of PlatformImage, ManagedImage"),
    (
        settings(source={"type": "PlatformImage", "offer": "o", "sku": "s"}),
        ".source.publisher",
        "is required",
    ),
    (
        settings(source={"type": "ManagedImage", "imageId": "web"}),
        ".source.imageId",
        "'web' is no resource id",
    ),
    (
        settings(source={"type": "ManagedImage", "imageId": "/subscriptions/<id>/x/y"}),
        ".source.imageId",
        "placeholder",
    ),
    (step(type="Shel", inline=["x"]), ".customize[0].type", "did you mean 'Shell'?"),
    (step(type="shell", inline=["x"]), ".customize[0].type", "did you mean 'Shell'?"),
    (step(inline=["x"]), ".customize[0].type", "type is required"),
    (step(type="Shell"), ".customize[0]", "neither inline nor scriptUri is given"),
    (step(type="Shell", inline=["x"], scriptUri="https://h/x"), ".customize[0]", "both given"),
    (step(type="Shell", inline="x"), ".customize[0].inline", "must be an array, not a text"),
    (step(type="Shell", script="https://h/x"), ".customize[0].script", "did you mean 'scriptUri'?"),
    (step(type="Shell", inlin=["x"]), ".customize[0].inlin", "did you mean 'inline'?"),
    (step(type="Shell", inline=["x"], sha256Checksum="0" * 64), ".sha256Checksum", "belongs to scriptUri"),
    (step(type="Shell", scriptUri="https://h/x", sha256Checksum="ABC"), ".sha256Checksum", "lower case"),
    (step(type="PowerShell", inline=["x"], runAsSystem=True), ".runAsSystem", "needs runElevated"),
    (step(type="PowerShell", inline=["x"], runElevated="true"), ".runElevated", "true or false, not a text"),
    (step(type="PowerShell", inline=["x"], validExitCodes=["0"]), ".validExitCodes[0]", "a whole number"),
    (step(type="WindowsRestart", restartTimeout="PT5M"), ".restartTimeout", "write it like 5m or 2h"),
    (step(type="WindowsUpdate", updateLimit=-1), ".updateLimit", "greater than or equal to 0"),
    (step(type="File", sourceUri="https://h/x"), ".customize[0].destination", "is required"),
    (step(type="File", sourceUri="", destination="/tmp/x"), ".sourceUri", "must not be empty"),
    (settings(distribute=[]), ".distribute", "must not be empty"),
    (settings(distribute={}), ".distribute", "must be an array, not an object"),
    (shared_image(runOutputName="a b"), ".distribute[0].runOutputName", "1 to 64 letters"),
    (shared_image(tags={}), ".distribute[0].tags", "did you mean 'artifactTags'?"),
    (shared_image(aritfactTags={}), ".distribute[0].aritfactTags", "did you mean 'artifactTags'?"),
    (shared_image(galleryImageId=IMAGE), ".distribute[0].galleryImageId", "is no gallery image"),
    (shared_image(replicationRegions=["eastus"]), ".distribute[0]", "both given; keep targetRegions"),
    (
        shared_image(storageAccountType="Standard_LRS"),
        ".storageAccountType",
        "goes with replicationRegions only",
    ),
    (
        shared_image(targetRegions=[{"name": "eastus"}, {"name": "East US"}]),
        ".distribute[0]",
        "eastus is given twice",
    ),
    (shared_image(targetRegions=[{"name": "eastus", "replicaCount": 0}]), ".replicaCount", "equal to 1"),
    (
        shared_image(versioning={"scheme": "Date"}),
        ".versioning.scheme",
        "'Date' is not one of Latest, Source",
    ),
    (shared_image(versioning={"scheme": "Latest", "majr": 1}), ".versioning.majr", "did you mean 'major'?"),
    (settings(buildTimeoutInMinutes=5), ".buildTimeoutInMinutes", "5 minutes are refused"),
    (settings(buildTimeoutInMinutes=961), ".buildTimeoutInMinutes", "less than or equal to 960"),
    (settings(vmProfile={"osDiskSizeGb": 30}), ".vmProfile.osDiskSizeGb", "did you mean 'osDiskSizeGB'?"),
    (settings(vmProfile={"osDiskSizeGB": "30"}), ".vmProfile.osDiskSizeGB", "remove the quotes"),
    (
        settings(vmProfile={"vnetConfig": {"containerInstanceSubnetId": SUBNET}}),
        ".vnetConfig",
        "containerInstanceSubnetId needs subnetId",
    ),
    (
        settings(
            vmProfile={
                "vnetConfig": {
                    "subnetId": SUBNET,
                    "containerInstanceSubnetId": SUBNET,
                    "proxyVmSize": "Standard_A1_v2",
                }
            }
        ),
        ".vnetConfig.proxyVmSize",
        "no meaning with containerInstanceSubnetId",
    ),
    (settings(errorHandling={"onCustomizerError": "Abort"}), ".onCustomizerError", "did you mean 'abort'?"),
    (settings(optimize={"vmBoot": {"state": "On"}}), ".vmBoot.state", "'On' is not one of Enabled, Disabled"),
    (
        settings(validate={"inVMValidations": [{"type": "WindowsUpdate"}]}),
        ".inVMValidations[0].type",
        "not one of",
    ),
    (settings(vmboot={}), ".properties.vmboot", "unknown field 'vmboot'; known are source, customize"),
]


@pytest.mark.parametrize(("change", "path", "sentence"), BROKEN_RULES)
def test_a_broken_rule_is_one_fault_at_its_place(
    change: Callable[[dict[str, Any]], object],
    path: str,
    sentence: str,
    faults_of: Callable[[Any], list[Fault]],
) -> None:
    """What is wrong and what to do, at the field, and nothing else."""
    (fault,) = faults_of(change)
    assert fault.path.endswith(path)
    assert sentence in str(fault)
    assert fault.line > 1


def test_run_outputs_are_unique(faults_of: Callable[[Any], list[Fault]]) -> None:
    """Two targets of one name would overwrite each other's output."""

    def twice(properties: dict[str, Any]) -> None:
        properties["distribute"].append({**properties["distribute"][0], "runOutputName": "OUT"})

    (fault,) = faults_of(twice)
    assert "runOutputName out is given twice" in fault.message


def test_all_faults_of_a_file_come_together_in_its_order(faults_of: Callable[[Any], list[Fault]]) -> None:
    """A user mends a file once."""

    def break_three(properties: dict[str, Any]) -> None:
        properties["source"].pop("sku")
        properties["customize"][0] = {"type": "Shell"}
        properties["distribute"][0]["typo"] = 1

    paths = [fault.path for fault in faults_of(break_three)]
    assert paths == [
        ".properties.source.sku",
        ".properties.customize[0]",
        ".properties.distribute[0].typo",
    ]


def test_defaults_are_aibs(write: Callable[..., Path]) -> None:
    """What a template leaves out is what AIB's documentation says."""

    def leave_out(properties: dict[str, Any]) -> None:
        properties["customize"] = [
            {"type": "PowerShell", "inline": ["x"]},
            {"type": "WindowsRestart"},
            {"type": "WindowsUpdate"},
        ]

    template = load(write(leave_out))
    power_shell, restart, update = template.customize
    assert isinstance(power_shell, PowerShellStep)
    assert (power_shell.valid_exit_codes, power_shell.run_elevated) == ((0,), False)
    assert isinstance(restart, WindowsRestartStep)
    assert restart.restart_timeout == "5m"
    assert isinstance(update, WindowsUpdateStep)
    assert (update.update_limit, update.filters) == (0, ())
    assert isinstance(template.source, PlatformImageSource)
    assert template.source.version == "latest"
    assert template.build_timeout_minutes == 240
    assert template.error_handling.on_customizer_error == "cleanup"
    assert template.vm_profile.os_disk_size_gb == 0
    (target,) = template.distribute
    assert isinstance(target, SharedImageDistributor)
    assert (target.exclude_from_latest, target.replication_mode) == (False, "Full")
    assert (target.regions[0].replica_count, target.regions[0].storage_account_type) == (1, "Standard_LRS")


def test_the_older_spelling_of_regions_is_read(write: Callable[..., Path]) -> None:
    """Most templates in the world say replicationRegions."""

    def older(properties: dict[str, Any]) -> None:
        target = properties["distribute"][0]
        del target["targetRegions"]
        target |= {"replicationRegions": ["eastus", "westus"], "storageAccountType": "Standard_ZRS"}

    (target,) = load(write(older)).distribute
    assert isinstance(target, SharedImageDistributor)
    assert [(region.name, region.storage_account_type) for region in target.regions] == [
        ("eastus", "Standard_ZRS"),
        ("westus", "Standard_ZRS"),
    ]


def test_every_section_of_the_schema_is_read(write: Callable[..., Path]) -> None:
    """A template that uses everything is a model of everything."""
    everything = {
        "source": {
            "type": "PlatformImage",
            "publisher": "p",
            "offer": "o",
            "sku": "s",
            "version": "1.0.0",
            "planInfo": {"planName": "n", "planProduct": "r", "planPublisher": "u"},
        },
        "optimize": {"vmBoot": {"state": "Disabled"}, "workload": {"state": "Disabled", "scriptUri": ""}},
        "validate": {
            "continueDistributeOnFailure": True,
            "sourceValidationOnly": False,
            "inVMValidations": [{"type": "Shell", "inline": ["true"]}],
        },
        "errorHandling": {"onCustomizerError": "abort", "onValidationError": "cleanup"},
        "buildTimeoutInMinutes": 960,
        "vmProfile": {
            "vmSize": "Standard_D2s_v5",
            "osDiskSizeGB": 64,
            "userAssignedIdentities": [IMAGE],
            "vnetConfig": {"subnetId": SUBNET, "proxyVmSize": "Standard_A1_v2"},
        },
        "additionalDataDisks": [{"sizeGB": 32}],
        "stagingResourceGroup": "/subscriptions/s/resourceGroups/staging",
        "autoRun": {"state": "Disabled"},
        "managedResourceTags": {"cost": "42"},
        "provisioningState": "Succeeded",
        "lastRunStatus": {"runState": "Succeeded"},
    }
    template = load(write(lambda properties: properties.update(everything)))
    assert template.additional_data_disks[0].size_gb == 32
    assert template.managed_resource_tags == {"cost": "42"}
    assert template.staging_resource_group == "/subscriptions/s/resourceGroups/staging"
    assert template.validation
    assert template.validation.continue_distribute_on_failure
    assert template.vm_profile.vnet_config
    assert template.vm_profile.vnet_config.subnet_id == SUBNET
