"""What the guest is told at its first boot."""

from __future__ import annotations

import json

from aib_airflow.emulator.machines.model import Provisioning
from aib_airflow.emulator.machines.seed import seed_files

PROVISIONING = Provisioning("vm-id-1", "web-1", "azureuser", ("ssh-ed25519 AAAA one", "ssh-rsa BBBB two"))


def test_the_metadata_name_the_instance_and_the_host():
    """A new instance id makes cloud-init provision again."""
    metadata = json.loads(seed_files(PROVISIONING)["meta-data"])
    assert metadata == {"instance-id": "vm-id-1", "local-hostname": "web-1"}


def test_the_admin_user_has_its_keys_no_password_and_sudo():
    """As on Azure's Linux images."""
    first_line, _, content = seed_files(PROVISIONING)["vendor-data"].partition(b"\n")
    (user,) = json.loads(content)["users"]
    assert first_line == b"#cloud-config"
    assert user["name"] == "azureuser"
    assert user["ssh_authorized_keys"] == ["ssh-ed25519 AAAA one", "ssh-rsa BBBB two"]
    assert (user["lock_passwd"], user["sudo"]) == (True, ["ALL=(ALL) NOPASSWD:ALL"])


def test_custom_data_are_the_user_data_byte_for_byte():
    """A script, a cloud-config or a gzip: cloud-init tells them apart, not we."""
    custom_data = b"#!/bin/sh\n\x00\xff"
    provisioning = Provisioning("i", "h", "u", custom_data=custom_data)
    assert seed_files(provisioning)["user-data"] == custom_data


def test_no_custom_data_are_an_empty_configuration():
    """NoCloud takes a seed without user-data for no seed at all."""
    assert seed_files(PROVISIONING)["user-data"].startswith(b"#cloud-config\n")
