"""Write the cloud-init seed: what Azure tells a guest through its osProfile, as a NoCloud file system.

The admin user comes as vendor data and customData as user data, so both take effect, and where both say
something the customer wins: that is how cloud-init treats them on Azure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from aib_airflow.emulator.machines import tools
from aib_airflow.emulator.machines.model import Provisioning

LABEL = "CIDATA"
IMAGE_KIB = 1024
"""Azure allows 64 KiB of customData; this leaves room."""


def seed_files(provisioning: Provisioning) -> Mapping[str, bytes]:
    """Return the seed's files by name. JSON is YAML, and needs no quoting rules of its own."""
    return {
        "meta-data": _json(
            {
                "instance-id": provisioning.instance_id,
                "local-hostname": provisioning.hostname,
            }
        ),
        "vendor-data": b"#cloud-config\n" + _json(_admin_user(provisioning)),
        "user-data": provisioning.custom_data or b"#cloud-config\n{}\n",
    }


def write_seed(provisioning: Provisioning, folder: Path, image: Path) -> None:
    """Make the FAT image that the guest finds by its label; `folder` keeps the files for people to read."""
    folder.mkdir(parents=True, exist_ok=True)
    files = seed_files(provisioning)
    for name, content in files.items():
        folder.joinpath(name).write_bytes(content)
    image.unlink(missing_ok=True)
    tools.run(["mkfs.vfat", "-C", "-n", LABEL, str(image), str(IMAGE_KIB)])
    tools.run(["mcopy", "-i", str(image), *(str(folder / name) for name in files), "::"])


def _admin_user(provisioning: Provisioning) -> dict[str, object]:
    """Describe Azure's admin user: its key, no password, sudo without one."""
    return {
        "users": [
            {
                "name": provisioning.admin_username,
                "gecos": "Azure administrator",
                "groups": ["adm", "sudo"],
                "shell": "/bin/bash",
                "lock_passwd": True,
                "sudo": ["ALL=(ALL) NOPASSWD:ALL"],
                "ssh_authorized_keys": list(provisioning.ssh_public_keys),
            }
        ]
    }


def _json(content: object) -> bytes:
    return json.dumps(content, indent=2).encode() + b"\n"
