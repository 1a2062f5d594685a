"""Every name of one build, made by one object from the run alone: a retry finds what it made before."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

BUILD_ID_LENGTH = 10
MAX_RESOURCE_GROUP = 90
MAX_TAG_VALUE = 256
"""Characters; Azure's limits."""

_NOT_IN_RESOURCE_GROUP = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class BuildNames:
    """The names of one build's resources. All but `resource_group` are unique inside that group only."""

    build_id: str
    resource_group: str
    vm: str
    os_disk: str
    nic: str
    public_ip: str
    nsg: str
    vnet: str
    subnet: str
    snapshot: str
    computer_name: str

    @classmethod
    def derive(cls, image: str, run_id: str) -> BuildNames:
        """Name the resources of a run's build: the same run always has the same names."""
        build_id = _build_id(image, run_id)
        return cls(
            build_id=build_id,
            resource_group=_resource_group(image, build_id),
            vm=f"vm-{build_id}",
            os_disk=f"osdisk-{build_id}",
            nic=f"nic-{build_id}",
            public_ip=f"ip-{build_id}",
            nsg=f"nsg-{build_id}",
            vnet=f"vnet-{build_id}",
            subnet="build",
            snapshot=f"snapshot-{build_id}",
            computer_name=f"aib-{build_id}",  # 14 characters: Windows takes 15
        )


def tags(*, image: str, run_id: str, digest: str, expires: datetime) -> dict[str, str]:
    """Return the tags that say whose a resource is. `expires` is when a sweep may delete it; it has a zone."""
    values = {
        "aib-image": image,
        "aib-run": run_id,
        "aib-digest": digest,
        "aib-expires": expires.astimezone(UTC).isoformat(timespec="seconds"),
    }
    return {name: tag_value(value) for name, value in values.items()}


def tag_value(text: str) -> str:
    """Return `text`, or its beginning and a hash where it is longer than Azure takes."""
    if len(text) <= MAX_TAG_VALUE:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"{text[: MAX_TAG_VALUE - 17]}~{digest}"


def _build_id(image: str, run_id: str) -> str:
    digest = hashlib.sha256(f"{image}\n{run_id}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:BUILD_ID_LENGTH]


def _resource_group(image: str, build_id: str) -> str:
    room = MAX_RESOURCE_GROUP - len("aib--") - BUILD_ID_LENGTH
    trimmed = _NOT_IN_RESOURCE_GROUP.sub("-", image)[:room].strip("-")
    return f"aib-{trimmed or 'image'}-{build_id}"
