"""Which ports of a machine answer from outside."""

from __future__ import annotations

from typing import Any

import pytest

from aib_airflow.emulator.identifiers import parse_id
from aib_airflow.emulator.network.reachability import open_ports

NETWORK = "/resourceGroups/g/providers/Microsoft.Network"


def rule(port: str, priority: int = 100, **changes: str) -> dict[str, Any]:
    properties = {"access": "Allow", "direction": "Inbound", "priority": priority, "protocol": "Tcp"}
    properties |= {"sourceAddressPrefix": "*", "destinationPortRange": port, **changes}
    return {"name": f"rule{priority}", "properties": properties}


def ports_with(stocked: Any, *rules: Any, sku: str = "Standard", on: str = "nic") -> tuple[int, ...]:
    address = {"publicIPAllocationMethod": "Static"}
    stocked.put(f"{NETWORK}/publicIPAddresses/ip", address, sku={"name": sku})
    group = (
        stocked.put(f"{NETWORK}/networkSecurityGroups/n", {"securityRules": list(rules)}) if rules else None
    )
    nic = stocked.get(f"{NETWORK}/networkInterfaces/nic")
    if group and on == "nic":
        nic["properties"]["networkSecurityGroup"] = {"id": group["id"]}
    if group and on == "subnet":
        properties = {"addressPrefix": "10.1.0.0/24", "networkSecurityGroup": {"id": group["id"]}}
        stocked.send("PUT", f"{NETWORK}/virtualNetworks/v/subnets/build", {"properties": properties})
    stocked.put(f"{NETWORK}/networkInterfaces/nic", nic["properties"])
    interface = stocked.cloud.store.get(parse_id(nic["id"]))
    return open_ports(stocked.cloud, interface)


def test_without_a_security_group_the_sku_decides(stocked: Any) -> None:
    """Standard is closed by default, Basic was open."""
    assert ports_with(stocked) == ()
    assert ports_with(stocked, sku="Basic") == (22, 5985, 5986)


@pytest.mark.parametrize("on", ["nic", "subnet"])
def test_a_rule_opens_its_port_and_no_other(stocked: Any, on: str) -> None:
    """On the interface or on the subnet."""
    assert ports_with(stocked, rule("22"), on=on) == (22,)


@pytest.mark.parametrize(
    ("rules", "ports"),
    [
        ([rule("22", access="Deny"), rule("*", 200)], (5985, 5986)),
        ([rule("5000-6000")], (5985, 5986)),
        ([rule("*", protocol="Udp")], ()),
        ([rule("*", sourceAddressPrefix="VirtualNetwork")], ()),
        ([rule("*", direction="Outbound")], ()),
    ],
)
def test_the_first_fitting_inbound_rule_decides(stocked: Any, rules: Any, ports: tuple[int, ...]) -> None:
    """By priority; what no rule of ours lets in, the default rules keep out."""
    assert ports_with(stocked, *rules) == ports
