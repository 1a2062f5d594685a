"""ARM's functions that derive a name from values: the same values give the same name, here and in Azure."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from aib_airflow.arm_template.functions.encoding import utf8
from aib_airflow.arm_template.functions.registry import arm_function
from aib_airflow.arm_template.functions.text import as_text

_GUID_NAMESPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")  # fixed by Azure for guid()
_MASK = 0xFFFFFFFF


@arm_function("guid", 1)
def guid(*values: Any) -> str:
    """Return Azure's own GUID for these values: version 5, in Azure's namespace."""
    joined = "-".join(as_text("guid", value) for value in values)
    return str(uuid.uuid5(_GUID_NAMESPACE, utf8("guid", joined).decode()))


@arm_function("uniqueString", 1)
def unique_string(*values: Any) -> str:
    """Return Azure's own 13 characters for these values: a 64-bit hash of them, in base 32."""
    joined = "-".join(as_text("uniqueString", value) for value in values)
    digest = _hash(utf8("uniqueString", joined)).to_bytes(8, "big")
    return base64.b32encode(digest).decode().lower().rstrip("=")


def _hash(octets: bytes) -> int:
    """Hash as Azure does: two lanes of MurmurHash3's 32-bit mix, with constants and rotations of its own."""
    one = two = 0
    whole = len(octets) - len(octets) % 8
    for start in range(0, whole, 8):
        one ^= _mix_one(octets[start : start + 4])
        one = ((_rotate(one, 19) + two) * 5 + 0x561CCD1B) & _MASK
        two ^= _mix_two(octets[start + 4 : start + 8])
        two = ((_rotate(two, 13) + one) * 5 + 0x0BCAA747) & _MASK
    one ^= _mix_one(octets[whole : whole + 4])
    two ^= _mix_two(octets[whole + 4 :])
    two ^= len(octets)
    one = ((one ^ len(octets)) + two) & _MASK
    two = (two + one) & _MASK
    one, two = _finish(one), _finish(two)
    one = (one + two) & _MASK
    return ((two + one) & _MASK) << 32 | one


def _mix_one(octets: bytes) -> int:
    number = int.from_bytes(octets, "little") * 0x239B961B & _MASK
    return _rotate(number, 15) * 0xAB0E9789 & _MASK


def _mix_two(octets: bytes) -> int:
    number = int.from_bytes(octets, "little") * 0xAB0E9789 & _MASK
    return _rotate(number, 17) * 0x239B961B & _MASK


def _rotate(number: int, bits: int) -> int:
    return (number << bits | number >> (32 - bits)) & _MASK


def _finish(number: int) -> int:
    number = (number ^ number >> 16) * 0x85EBCA6B & _MASK
    number = (number ^ number >> 13) * 0xC2B2AE35 & _MASK
    return number ^ number >> 16
