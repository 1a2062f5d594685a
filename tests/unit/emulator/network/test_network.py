"""Network resources: what they fill in, and what they refuse."""

from __future__ import annotations

from typing import Any

NETWORK = "/resourceGroups/g/providers/Microsoft.Network"


def error_of(reply: Any) -> tuple[int, str]:
    return reply.status, reply.body["error"]["code"]


def test_a_static_address_is_a_loopback_address_and_is_kept(stocked: Any) -> None:
    """Each public IP resource has its own, and a second PUT does not change it."""
    first = stocked.get(f"{NETWORK}/publicIPAddresses/ip")["properties"]["ipAddress"]
    assert first == "127.78.0.4"
    again = stocked.put(f"{NETWORK}/publicIPAddresses/ip", {"publicIPAllocationMethod": "Static"})
    assert again["properties"]["ipAddress"] == first
    other = stocked.put(f"{NETWORK}/publicIPAddresses/ip2", {"publicIPAllocationMethod": "Static"})
    assert other["properties"]["ipAddress"] == "127.78.0.5"


def test_a_standard_address_cannot_be_dynamic(stocked: Any) -> None:
    """A rule of Azure's that bodies written by hand often break."""
    body = {"location": "westus2", "sku": {"name": "Standard"}, "properties": {}}
    reply = stocked.send("PUT", f"{NETWORK}/publicIPAddresses/x", body)
    assert error_of(reply) == (400, "PublicIPAndLBSkuDoNotMatch")


def test_an_interface_gets_the_first_free_address_of_its_subnet(stocked: Any) -> None:
    """Azure keeps the first four; back-references show on both sides."""
    nic = stocked.get(f"{NETWORK}/networkInterfaces/nic")
    configuration = nic["properties"]["ipConfigurations"][0]
    assert configuration["properties"]["privateIPAddress"] == "10.1.0.4"
    address = stocked.get(f"{NETWORK}/publicIPAddresses/ip")
    assert address["properties"]["ipConfiguration"] == {"id": configuration["id"]}
    subnet = stocked.get(f"{NETWORK}/virtualNetworks/v/subnets/build")
    assert subnet["properties"]["ipConfigurations"] == [{"id": configuration["id"]}]


def test_two_interfaces_cannot_share_a_public_address(stocked: Any) -> None:
    """One address, one interface."""
    nic = stocked.get(f"{NETWORK}/networkInterfaces/nic")
    reply = stocked.send("PUT", f"{NETWORK}/networkInterfaces/two", {**nic, "id": None})
    assert error_of(reply) == (400, "PublicIPAddressInUse")


def test_what_is_used_cannot_be_deleted(stocked: Any) -> None:
    """Address, subnet and network wait for the interface."""
    assert (
        error_of(stocked.send("DELETE", f"{NETWORK}/publicIPAddresses/ip"))[1]
        == "PublicIPAddressCannotBeDeleted"
    )
    assert error_of(stocked.send("DELETE", f"{NETWORK}/virtualNetworks/v"))[1] == "InUseSubnetCannotBeDeleted"
    subnet = f"{NETWORK}/virtualNetworks/v/subnets/build"
    assert error_of(stocked.send("DELETE", subnet))[1] == "InUseSubnetCannotBeDeleted"
    for path in ("networkInterfaces/nic", "publicIPAddresses/ip", "virtualNetworks/v"):
        assert stocked.send("DELETE", f"{NETWORK}/{path}").status == 202
        assert stocked.send("DELETE", f"{NETWORK}/{path}").status == 204


def test_a_reference_to_nothing_is_refused(stocked: Any) -> None:
    """The error names what was not found."""
    missing = f"{stocked.scope}{NETWORK}/virtualNetworks/v/subnets/no"
    configuration = {"name": "a", "properties": {"subnet": {"id": missing}}}
    body = {"location": "westus2", "properties": {"ipConfigurations": [configuration]}}
    reply = stocked.send("PUT", f"{NETWORK}/networkInterfaces/x", body)
    assert error_of(reply) == (400, "InvalidResourceReference")
    assert missing in reply.body["error"]["message"]


def test_a_security_group_has_the_six_default_rules(stocked: Any) -> None:
    """And its own, one at a time or all together."""
    rule = {"access": "Allow", "direction": "Inbound", "priority": 100, "protocol": "Tcp"}
    group = stocked.put(
        f"{NETWORK}/networkSecurityGroups/n", {"securityRules": [{"name": "a", "properties": rule}]}
    )
    assert len(group["properties"]["defaultSecurityRules"]) == 6
    second = f"{NETWORK}/networkSecurityGroups/n/securityRules/b"
    assert error_of(stocked.send("PUT", second, {"properties": rule})) == (400, "SecurityRuleConflict")
    stocked.send("PUT", second, {"properties": {**rule, "priority": 101}})
    names = [
        item["name"]
        for item in stocked.get(f"{NETWORK}/networkSecurityGroups/n")["properties"]["securityRules"]
    ]
    assert names == ["a", "b"]


def test_a_subnet_lies_within_its_network(stocked: Any) -> None:
    """Its prefix is checked, also when it is added alone."""
    body = {"properties": {"addressPrefix": "10.2.0.0/24"}}
    reply = stocked.send("PUT", f"{NETWORK}/virtualNetworks/v/subnets/x", body)
    assert error_of(reply) == (400, "NetcfgInvalidSubnet")
    stocked.send(
        "PUT", f"{NETWORK}/virtualNetworks/v/subnets/x", {"properties": {"addressPrefix": "10.1.1.0/24"}}
    )
    assert len(stocked.get(f"{NETWORK}/virtualNetworks/v/subnets")["value"]) == 2


def test_a_nat_gateway_is_shown_with_its_subnets(stocked: Any) -> None:
    """A subnet that uses it keeps it."""
    gateway = stocked.put(f"{NETWORK}/natGateways/out", sku={"name": "Standard"})
    properties = {"addressPrefix": "10.1.2.0/24", "natGateway": {"id": gateway["id"]}}
    stocked.send("PUT", f"{NETWORK}/virtualNetworks/v/subnets/n", {"properties": properties})
    assert len(stocked.get(f"{NETWORK}/natGateways/out")["properties"]["subnets"]) == 1
    assert (
        error_of(stocked.send("DELETE", f"{NETWORK}/natGateways/out"))[1] == "InUseNatGatewayCannotBeDeleted"
    )


def test_unknown_properties_are_kept(stocked: Any) -> None:
    """What the emulator does not use, it does not lose."""
    body = stocked.put(
        f"{NETWORK}/publicIPAddresses/z", {"ddosSettings": {"protectionMode": "Disabled"}}, zones=["1"]
    )
    assert body["zones"] == ["1"]
    assert body["properties"]["ddosSettings"] == {"protectionMode": "Disabled"}
