"""Power operations of virtual machines, and generalize."""

from __future__ import annotations

from aib_airflow.emulator import errors, lro
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute import guests
from aib_airflow.emulator.compute.types import VIRTUAL_MACHINE
from aib_airflow.emulator.machines.model import PowerState
from aib_airflow.emulator.operations import Operation, Work
from aib_airflow.emulator.routing import Call, Handler, Reply, Routes


def operation_on(work: str) -> Handler:
    """Return the handler of a POST that begins `work` on a machine."""

    def post(cloud: Cloud, call: Call) -> Reply:
        vm = cloud.store.get(call.id)
        cloud.operations.require_idle(vm)
        if work in {"virtualMachines.start", "virtualMachines.restart"} and vm.inner.get("generalized"):
            raise errors.not_allowed(
                f"Operation is not allowed on VM '{vm.id.name}' since the VM is generalized."
            )
        arguments = {"skip_shutdown": call.query.get("skipshutdown", "").lower() == "true"}
        latency_s = cloud.settings.latencies.machine_s
        operation = cloud.operations.start(cloud, vm, work, arguments, state="Updating", latency_s=latency_s)
        return lro.accepted(cloud, call, operation)

    return post


def generalize(cloud: Cloud, call: Call) -> Reply:
    """Mark a stopped machine as generalized: at once, as in Azure."""
    vm = cloud.store.get(call.id)
    if guests.power_state(cloud, vm) == PowerState.RUNNING:
        raise errors.not_allowed(
            f"Cannot generalize VM '{vm.id.name}' while it is running: power it off first."
        )
    with cloud.store.edit(vm.id) as found:
        found.inner["generalized"] = True
    return Reply(200)


def start(cloud: Cloud, operation: Operation) -> None:
    """Work: start the machine, on a host if it had none."""
    identity = operation.target
    guests.machine_of(cloud, cloud.store.get(identity)).start()
    with cloud.store.edit(identity) as vm:
        vm.inner["deallocated"] = False


def restart(cloud: Cloud, operation: Operation) -> None:
    """Work: reset a running machine, start a stopped one."""
    identity = operation.target
    machine = guests.machine_of(cloud, cloud.store.get(identity))
    if machine.power_state() == PowerState.RUNNING:
        machine.restart()
    else:
        start(cloud, operation)


def power_off(cloud: Cloud, operation: Operation) -> None:
    """Work: ask the guest to stop (or, with skip_shutdown, cut the power); the machine keeps its host."""
    identity = operation.target
    machine = guests.machine_of(cloud, cloud.store.get(identity))
    if operation.arguments.get("skip_shutdown"):
        machine.kill()
    else:
        machine.stop(timeout_s=cloud.settings.stop_timeout_s)


def deallocate(cloud: Cloud, operation: Operation) -> None:
    """Work: stop the machine and give its host back."""
    identity = operation.target
    guests.machine_of(cloud, cloud.store.get(identity)).stop(timeout_s=cloud.settings.stop_timeout_s)
    with cloud.store.edit(identity) as vm:
        vm.inner["deallocated"] = True


WORKS: dict[str, Work] = {
    "virtualMachines.start": start,
    "virtualMachines.restart": restart,
    "virtualMachines.powerOff": power_off,
    "virtualMachines.deallocate": deallocate,
}
ROUTES: Routes = {
    **{("POST", VIRTUAL_MACHINE, work.partition(".")[2]): operation_on(work) for work in WORKS},
    ("POST", VIRTUAL_MACHINE, "generalize"): generalize,
}
