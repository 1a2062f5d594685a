"""Virtual machines on a host that runs nothing."""

from __future__ import annotations

import copy
import urllib.parse
from typing import Any

import pytest

from aib_airflow.emulator.compute import machine_views
from aib_airflow.emulator.identifiers import parse_id

COMPUTE = "/resourceGroups/g/providers/Microsoft.Compute"
VM = f"{COMPUTE}/virtualMachines/vm"
NIC = "/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/nic"


def put(arm: Any, properties: Any, path: str = VM) -> Any:
    return arm.send("PUT", path, {"location": "westus2", "properties": properties})


def error_of(reply: Any) -> tuple[int, str]:
    return reply.status, reply.body["error"]["code"]


def power_of(arm: Any) -> list[str]:
    return [status["code"] for status in arm.get(f"{VM}/instanceView")["statuses"]]


def test_a_machine_is_made_of_what_the_request_says(stocked: Any, machine: Any, host: Any) -> None:
    """The host gets disk, address, key and custom data; the caps hold."""
    body = stocked.put(VM, machine)
    spec = host.named("vm").spec
    assert (spec.cpus, spec.memory_mb, spec.address) == (2, 1024, "127.78.0.4")
    assert spec.ports == (22, 5985, 5986)
    assert (spec.private_address, spec.subnet) == ("10.1.0.4", "10.1.0.0/24")
    assert spec.provisioning.custom_data == b"#cloud-config\n"
    assert spec.provisioning.hostname == "vm"
    assert spec.os_disk.is_file()
    assert body["properties"]["storageProfile"]["imageReference"]["exactVersion"] == "0.20261101.1"
    assert "customData" not in body["properties"]["osProfile"]
    assert host.named("vm").starts == 1


def test_the_sockets_of_a_machine_have_short_paths(stocked: Any, machine: Any, host: Any) -> None:
    """A unix socket's path may have 107 characters, whatever the names of group and machine."""
    stocked.put(VM, machine)
    folder = host.named("vm").spec.folder
    assert len(str(folder.relative_to(stocked.cloud.settings.state_dir))) < 20


def test_a_machine_that_cannot_start_fails_its_operation(stocked: Any, machine: Any, host: Any) -> None:
    """The host's own words are in the error; the machine stays, Failed, until it is tried again or deleted."""
    host.start_error = "no accelerator: install qemu-system-x86"
    document = stocked.operation(put(stocked, machine))
    assert document["status"] == "Failed"
    assert document["error"]["code"] == "InternalExecutionError"
    assert "install qemu-system-x86" in document["error"]["message"]
    assert stocked.get(VM)["properties"]["provisioningState"] == "Failed"
    host.start_error = ""
    assert stocked.operation(put(stocked, machine))["status"] == "Succeeded"


def test_a_second_put_adopts_the_machine(stocked: Any, machine: Any, host: Any) -> None:
    """A retry with the same body succeeds and starts nothing."""
    first = stocked.put(VM, machine)
    again = put(stocked, machine)
    assert again.status == 200
    assert again.body["properties"]["vmId"] == first["properties"]["vmId"]
    assert host.named("vm").starts == 1


@pytest.mark.parametrize(
    ("path", "value", "target"),
    [
        ("osProfile.customData", "b3RoZXI=", "osProfile.customData"),
        ("osProfile.adminUsername", "root", "osProfile.adminUsername"),
        ("storageProfile.imageReference.sku", "13", "imageReference"),
    ],
)
def test_what_is_fixed_at_creation_stays(
    stocked: Any, machine: Any, path: str, value: str, target: str
) -> None:
    """Azure refuses and names the property."""
    stocked.put(VM, machine)
    changed = copy.deepcopy(machine)
    *outer, last = path.split(".")
    place = changed
    for key in outer:
        place = place[key]
    place[last] = value
    reply = put(stocked, changed)
    assert error_of(reply) == (409, "PropertyChangeNotAllowed")
    assert reply.body["error"]["target"] == target


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("hardwareProfile.vmSize", "Standard_Huge", "InvalidParameter"),
        ("storageProfile.imageReference.sku", "13", "PlatformImageNotFound"),
        ("storageProfile.osDisk.diskSizeGB", 0.5, "ResizeDiskError"),
        ("osProfile.computerName", "", "InvalidParameter"),
        ("osProfile.customData", "not base64!", "InvalidParameter"),
        ("osProfile.linuxConfiguration", {}, "InvalidParameter"),
        ("networkProfile.networkInterfaces", [], "InvalidParameter"),
    ],
)
def test_a_wrong_body_is_refused_before_anything_is_made(
    stocked: Any, machine: Any, path: str, value: Any, code: str
) -> None:
    """What can be known at once is said at once."""
    *outer, last = path.split(".")
    place = machine
    for key in outer:
        place = place[key]
    place[last] = value
    assert error_of(put(stocked, machine))[1] == code
    assert stocked.send("GET", VM).status == 404


def test_an_interface_has_one_machine(stocked: Any, machine: Any) -> None:
    """A second machine on it is refused, and so is its deletion."""
    stocked.put(VM, machine)
    assert error_of(put(stocked, machine, f"{COMPUTE}/virtualMachines/two")) == (400, "NicInUse")
    assert error_of(stocked.send("DELETE", NIC)) == (400, "NicInUse")


def test_the_power_state_is_the_machines_own(stocked: Any, machine: Any, host: Any) -> None:
    """A guest that powered itself off is stopped, though nobody asked ARM."""
    stocked.put(VM, machine)
    assert power_of(stocked) == ["ProvisioningState/succeeded", "PowerState/running"]
    host.named("vm").kill()
    assert power_of(stocked)[-1] == "PowerState/stopped"
    stocked.send("POST", f"{VM}/deallocate")
    assert power_of(stocked)[-1] == "PowerState/deallocated"
    stocked.send("POST", f"{VM}/start")
    assert power_of(stocked)[-1] == "PowerState/running"
    stocked.send("POST", f"{VM}/powerOff")
    assert power_of(stocked)[-1] == "PowerState/stopped"


def test_only_a_stopped_machine_is_generalized_and_then_never_started(stocked: Any, machine: Any) -> None:
    """generalize answers at once; the instance view shows it."""
    stocked.put(VM, machine)
    assert error_of(stocked.send("POST", f"{VM}/generalize")) == (409, "OperationNotAllowed")
    stocked.send("POST", f"{VM}/deallocate")
    reply = stocked.send("POST", f"{VM}/generalize")
    assert (reply.status, reply.body) == (200, None)
    assert "OSState/generalized" in power_of(stocked)
    assert error_of(stocked.send("POST", f"{VM}/start")) == (409, "OperationNotAllowed")


def test_deleting_a_machine_keeps_or_deletes_its_disk_as_told(stocked: Any, machine: Any, host: Any) -> None:
    """deleteOption is Detach unless the request says Delete."""
    stocked.put(VM, machine)
    assert error_of(stocked.send("DELETE", f"{COMPUTE}/disks/os")) == (409, "OperationNotAllowed")
    stocked.send("DELETE", VM)
    assert stocked.get(f"{COMPUTE}/disks/os")["properties"]["diskState"] == "Unattached"
    machine["storageProfile"]["osDisk"] = {
        "name": "os2",
        "createOption": "FromImage",
        "deleteOption": "Delete",
    }
    stocked.put(VM, machine)
    stocked.send("DELETE", VM)
    assert stocked.send("GET", f"{COMPUTE}/disks/os2").status == 404
    assert not host.named("vm").spec.folder.exists()


def test_data_disks_are_made_empty_and_attached(stocked: Any, machine: Any, host: Any) -> None:
    """The host gets them in the order of the request."""
    machine["storageProfile"]["dataDisks"] = [
        {"lun": 0, "createOption": "Empty", "diskSizeGB": 2, "name": "data"}
    ]
    body = stocked.put(VM, machine)
    assert body["properties"]["storageProfile"]["dataDisks"][0]["managedDisk"]["id"].endswith("/disks/data")
    assert [path.parent.name for path in host.named("vm").spec.data_disks] == ["data"]
    assert stocked.get(f"{COMPUTE}/disks/data")["managedBy"] == body["id"]


def test_two_writes_at_once_are_a_conflict(stocked: Any, machine: Any) -> None:
    """Azure lets one operation run on a machine; deletion may always be asked for."""
    stocked.put(VM, machine)
    with stocked.cloud.operations.exclusive(parse_id(stocked.get(VM)["id"])):
        stocked.send("POST", f"{VM}/restart", settle=False)
        assert error_of(stocked.send("POST", f"{VM}/deallocate", settle=False)) == (409, "Conflict")
        assert stocked.send("DELETE", VM, settle=False).status == 202
    assert stocked.cloud.operations.join(10)


def test_expanding_the_instance_view_puts_it_into_the_body(stocked: Any, machine: Any) -> None:
    """`az vm create` ends with this request."""
    stocked.put(VM, machine)
    assert stocked.get(VM, expand="instanceView")["properties"]["instanceView"]["statuses"]
    assert "instanceView" not in stocked.get(VM)["properties"]


def test_the_serial_log_is_read_by_a_signed_url(stocked: Any, machine: Any, clock: Any) -> None:
    """It opens for its time, and to its own signature only."""
    stocked.put(VM, machine)
    reply = stocked.send("POST", f"{VM}/retrieveBootDiagnosticsData")
    url = urllib.parse.urlsplit(reply.body["serialConsoleLogBlobUri"])
    query = dict(urllib.parse.parse_qsl(url.query))
    vm = parse_id(stocked.get(VM)["id"])

    def read(**changes: str) -> str | None:
        return machine_views.serial_log(stocked.cloud, url.path, vm, {**query, **changes})

    assert read() == "vm is a fake machine: it runs nothing.\n"
    assert read(se="2030-01-01T00:00:00Z") is None
    clock.sleep(2 * 3600 + 1)
    assert read() is None


def test_starting_again_gives_the_machine_its_host_back(stocked: Any, machine: Any, host: Any) -> None:
    """Stop, restart and skipShutdown are the host's; the record follows."""
    stocked.put(VM, machine)
    stocked.send("POST", f"{VM}/restart")
    assert host.named("vm").starts == 2
    stocked.send("POST", f"{VM}/powerOff")
    stocked.send("POST", f"{VM}/restart")
    assert host.named("vm").starts == 3
    assert power_of(stocked)[-1] == "PowerState/running"
