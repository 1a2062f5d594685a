"""ARM's functions on network ranges in CIDR notation."""

from __future__ import annotations

import ipaddress
from typing import Any

from aib_airflow.arm_template.errors import ExpressionError
from aib_airflow.arm_template.functions.arguments import need_text, need_whole_number
from aib_airflow.arm_template.functions.registry import arm_function

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@arm_function("parseCidr", 1, 1)
def parse_cidr(network: Any) -> dict[str, Any]:
    """Return what a range consists of, as Azure names it; broadcast only for IPv4."""
    whole = _read("parseCidr", network)
    parts = {
        "network": str(whole.network_address),
        "netmask": str(whole.netmask),
        "broadcast": str(whole.broadcast_address),
        "firstUsable": str(whole[min(1, whole.num_addresses - 1)]),
        "lastUsable": str(whole[-1 if whole.version == 6 else max(-2, -whole.num_addresses)]),
        "cidr": whole.prefixlen,
    }
    if whole.version == 6:
        del parts["broadcast"]
    return parts


@arm_function("cidrSubnet", 3, 3)
def cidr_subnet(network: Any, prefix: Any, index: Any) -> str:
    """Return the subnet number `index` of those with the prefix length `prefix`."""
    whole = _read("cidrSubnet", network)
    length, number = need_whole_number("cidrSubnet", prefix), need_whole_number("cidrSubnet", index)
    if not whole.prefixlen <= length <= whole.max_prefixlen:
        raise ExpressionError(f"cidrSubnet() needs a prefix of {whole.prefixlen} to {whole.max_prefixlen}")
    if not 0 <= number < 2 ** (length - whole.prefixlen):
        raise ExpressionError(f"cidrSubnet(): {whole} has no subnet /{length} with the number {number}")
    size = 2 ** (whole.max_prefixlen - length)
    return f"{whole.network_address + number * size}/{length}"


@arm_function("cidrHost", 2, 2)
def cidr_host(network: Any, index: Any) -> str:
    """Return the address number `index` of those a host may have; the first is 0."""
    whole = _read("cidrHost", network)
    number = need_whole_number("cidrHost", index)
    if not 0 <= number < whole.num_addresses - 1:
        raise ExpressionError(f"cidrHost(): {whole} has no host with the number {number}")
    return str(whole[number + 1])


def _read(function: str, network: Any) -> _Network:
    text = need_text(function, network)
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ExpressionError(
            f"{function}() cannot read the range '{text[:50]}'", "write one such as 10.0.0.0/16"
        ) from None
