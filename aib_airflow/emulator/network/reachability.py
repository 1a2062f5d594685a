"""Which ports of a machine answer from outside: what the network security groups let in.

Rule: as in Azure, a Standard public address is closed until a security group opens it. The rules are read
when the machine starts; a change shows at its next start.
"""

from __future__ import annotations

from aib_airflow.emulator import tracked
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.identifiers import parse_id
from aib_airflow.emulator.network import virtual_networks
from aib_airflow.emulator.store import Json, Resource

PORTS = (22, 5985, 5986)
INSIDE = {"virtualnetwork", "azureloadbalancer"}


def open_ports(cloud: Cloud, interface: Resource) -> tuple[int, ...]:
    """Return those of the ports for SSH and WinRM that the internet reaches on this interface."""
    properties: Json = interface.properties["ipConfigurations"][0]["properties"]
    if "publicIPAddress" not in properties:
        return ()
    subnet = virtual_networks.find_subnet(cloud, parse_id(properties["subnet"]["id"])) or {"properties": {}}
    places = (interface.properties, subnet["properties"])
    groups = [place["networkSecurityGroup"] for place in places if place.get("networkSecurityGroup")]
    if not groups:
        address = cloud.store.get(tracked.reference(properties["publicIPAddress"], "publicIPAddress"))
        return () if address.body["sku"]["name"] == "Standard" else PORTS
    rule_sets = [_inbound_rules(cloud, group) for group in groups]
    return tuple(port for port in PORTS if all(_is_let_in(rules, port) for rules in rule_sets))


def _inbound_rules(cloud: Cloud, group: Json) -> list[Json]:
    found = cloud.store.get(tracked.reference(group, "networkSecurityGroup")).properties
    rules = [rule["properties"] for rule in (*found["securityRules"], *found["defaultSecurityRules"])]
    inbound = [rule for rule in rules if rule["direction"].lower() == "inbound"]
    return sorted(inbound, key=lambda rule: int(rule["priority"]))


def _is_let_in(rules: list[Json], port: int) -> bool:
    """The first rule that fits decides."""
    for rule in rules:
        if _fits(rule, port):
            return str(rule["access"]).lower() == "allow"
    return False


def _fits(rule: Json, port: int) -> bool:
    """Whoever is outside counts: the emulator's clients all come from loopback, so prefixes are not compared."""
    if str(rule["protocol"]).lower() not in {"tcp", "*"}:
        return False
    if str(rule.get("sourceAddressPrefix", "")).lower() in INSIDE:
        return False
    ranges = [rule.get("destinationPortRange"), *(rule.get("destinationPortRanges") or [])]
    return any(_holds(text, port) for text in ranges if text)


def _holds(text: str, port: int) -> bool:
    if text == "*":
        return True
    first, _, last = text.partition("-")
    return int(first) <= port <= int(last or first)
