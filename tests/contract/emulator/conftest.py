"""An emulated Azure without real machines, and the official SDKs as its clients."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from azure.identity import ClientSecretCredential
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from aib_airflow.emulator.base_images.catalogue import MarketplaceImage
from aib_airflow.emulator.fake_host import FakeHost
from aib_airflow.emulator.server import Emulator
from aib_airflow.emulator.settings import Latencies, Settings

WEST = {"location": "westus2"}
NETWORK = {"api_version": "2024-05-01"}
NO_LATENCY = Latencies(machine_s=0, disk_s=0, gallery_s=0, delete_s=0)


@dataclass(frozen=True)
class Clients:
    """The synchronous SDK clients of one subscription."""

    compute: ComputeManagementClient
    network: NetworkManagementClient
    resource: ResourceManagementClient


@dataclass(frozen=True)
class BuildNetwork:
    """What a machine in the group `build` needs: an interface's id, and the public address behind it."""

    interface: str
    address: str


@pytest.fixture(scope="session")
def tiny_image(tmp_path_factory: pytest.TempPathFactory) -> MarketplaceImage:
    """A marketplace image of 64 MiB, with a few bytes in it."""
    if shutil.which("qemu-img") is None:
        pytest.skip("qemu-img is missing: apt-get install qemu-utils")
    folder = tmp_path_factory.mktemp("marketplace")
    raw, disk = folder / "tiny.raw", folder / "tiny.qcow2"
    with raw.open("wb") as file:
        file.truncate(64 * 2**20)
        file.seek(10 * 2**20)
        file.write(b"the content of a marketplace image".ljust(4096, b"!"))
    subprocess.run(["qemu-img", "convert", "-O", "qcow2", raw, disk], check=True)
    return MarketplaceImage("Debian", "debian-12", "12-gen2", "0.20261101.1", "Linux", "V2", "x64", 1, disk)


@pytest.fixture
def host() -> FakeHost:
    return FakeHost()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path / "state", latencies=NO_LATENCY, replication_s=0.3)


@pytest.fixture
def azure(settings: Settings, host: FakeHost, tiny_image: MarketplaceImage) -> Iterator[Emulator]:
    with Emulator(settings, host=host, platform_images=lambda: [tiny_image]) as emulator:
        yield emulator


@pytest.fixture
def credential(azure: Emulator) -> Iterator[ClientSecretCredential]:
    with ClientSecretCredential(
        azure.settings.tenant_id,
        azure.settings.client_id,
        azure.connection()["client_secret"],
        authority=azure.endpoint,
        disable_instance_discovery=True,
        connection_verify=azure.ca_bundle,
    ) as credential:
        yield credential


@pytest.fixture
def clients(azure: Emulator, credential: ClientSecretCredential) -> Iterator[Clients]:
    settings = {
        "base_url": azure.endpoint,
        "credential_scopes": [azure.endpoint + "/.default"],
        "connection_verify": azure.ca_bundle,
        "polling_interval": 0.1,
    }
    subscription = azure.settings.subscription_id
    with (
        ComputeManagementClient(credential, subscription, **settings) as compute,
        NetworkManagementClient(credential, subscription, **settings) as network,
        ResourceManagementClient(credential, subscription, api_version="2024-07-01", **settings) as resource,
    ):
        yield Clients(compute, network, resource)


@pytest.fixture
def network(clients: Clients) -> BuildNetwork:
    """The group `build` with a network that lets SSH in, made as a client makes it."""
    clients.resource.resource_groups.create_or_update("build", {**WEST, "tags": {"aib-run": "r1"}})
    create = clients.network
    rule = {"access": "Allow", "direction": "Inbound", "priority": 100, "protocol": "Tcp"}
    rule |= {"sourceAddressPrefix": "*", "sourcePortRange": "*"}
    rule |= {"destinationAddressPrefix": "*", "destinationPortRange": "22"}
    rules = {"securityRules": [{"name": "ssh", "properties": rule}]}
    nsg = create.network_security_groups.begin_create_or_update(
        "build", "nsg", body(rules), **NETWORK
    ).result()
    subnet = {"addressPrefix": "10.1.0.0/24", "networkSecurityGroup": {"id": nsg.id}}
    space = {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}}
    space["subnets"] = [{"name": "build", "properties": subnet}]
    vnet = create.virtual_networks.begin_create_or_update("build", "vnet", body(space), **NETWORK).result()
    static = {**body({"publicIPAllocationMethod": "Static"}), "sku": {"name": "Standard"}}
    address = create.public_ip_addresses.begin_create_or_update("build", "ip", static, **NETWORK).result()
    joined = {"subnet": {"id": vnet.subnets[0].id}, "publicIPAddress": {"id": address.id}}
    interface = {"ipConfigurations": [{"name": "main", "properties": joined}]}
    nic = create.network_interfaces.begin_create_or_update(
        "build", "nic", body(interface), **NETWORK
    ).result()
    return BuildNetwork(nic.id, address.ip_address)


def body(properties: dict[str, Any]) -> dict[str, Any]:
    """Return a resource in westus2."""
    return {**WEST, "properties": properties}
