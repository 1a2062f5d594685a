"""An emulated Azure without a server: requests go straight to the router, and time is a test's own."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aib_airflow.emulator import secret_keys, tokens
from aib_airflow.emulator.app import answer_incoming
from aib_airflow.emulator.base_images.catalogue import MarketplaceImage
from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.fake_host import FakeHost
from aib_airflow.emulator.operations import Operations
from aib_airflow.emulator.routing import Incoming, Reply, Router
from aib_airflow.emulator.services import ROUTES, WORKS
from aib_airflow.emulator.settings import Latencies, Settings
from aib_airflow.emulator.store import Store

ENDPOINT = "https://127.0.0.1:1"


class FakeClock:
    """A clock that stands still until somebody sleeps."""

    def __init__(self) -> None:
        self.time = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)

    def now(self) -> dt.datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self.time += dt.timedelta(seconds=seconds)


class Arm:
    """Sends requests as an authenticated client does; paths are relative to the subscription."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.router = Router(ROUTES)
        self.scope = f"/subscriptions/{cloud.settings.subscription_id}"
        self.token = tokens.issue(
            cloud.keys, cloud.clock, tenant_id="t", client_id="c", audience="a", issuer="i"
        )

    def send(self, method: str, path: str, body: Any = None, *, settle: bool = True, **query: str) -> Reply:
        """Send one request, and let the operation it began come to its end."""
        incoming = Incoming(
            method=method,
            path=path if path.startswith("/subscriptions") else f"{self.scope}{path}",
            query={"api-version": "2024-07-01", **{f"${key}": value for key, value in query.items()}},
            headers={"authorization": f"Bearer {self.token}"},
            body=b"" if body is None else json.dumps(body).encode(),
            base_url=ENDPOINT,
        )
        reply = answer_incoming(self.cloud, self.router, incoming)
        if settle:
            assert self.cloud.operations.join(30)
        return reply

    def get(self, path: str, **query: str) -> Any:
        """Return the body of a GET that succeeds."""
        reply = self.send("GET", path, **query)
        assert reply.status == 200, reply.body
        return reply.body

    def put(self, path: str, properties: Any = None, **rest: Any) -> Any:
        """PUT a resource in westus2, and return it as it then is."""
        reply = self.send("PUT", path, {"location": "westus2", "properties": properties or {}, **rest})
        assert reply.status in {200, 201, 202}, reply.body
        return self.get(path)

    def operation(self, reply: Reply) -> Any:
        """Return the operation document that a reply points at."""
        path, _, _ = reply.headers["Azure-AsyncOperation"].removeprefix(ENDPOINT).partition("?")
        return self.get(path)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def host() -> FakeHost:
    return FakeHost()


@pytest.fixture(scope="session")
def base_image(tmp_path_factory: pytest.TempPathFactory) -> MarketplaceImage:
    """A marketplace image of 64 MiB."""
    if shutil.which("qemu-img") is None:
        pytest.skip("qemu-img is missing: apt-get install qemu-utils")
    disk = tmp_path_factory.mktemp("marketplace") / "disk.raw"
    subprocess.run(["qemu-img", "create", "-q", "-f", "raw", disk, "64M"], check=True)
    return MarketplaceImage("Debian", "debian-12", "12-gen2", "0.20261101.1", "Linux", "V2", "x64", 1, disk)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    latencies = Latencies(machine_s=0, disk_s=0, gallery_s=0, delete_s=0)
    return Settings(state_dir=tmp_path / "state", latencies=latencies, address_network="127.78.0")


@pytest.fixture
def cloud(settings: Settings, clock: FakeClock, host: FakeHost) -> Cloud:
    """An empty cloud whose marketplace is empty too."""
    return make_cloud(settings, clock, host, [])


@pytest.fixture
def arm(cloud: Cloud) -> Arm:
    return Arm(cloud)


@pytest.fixture
def stocked(
    settings: Settings, clock: FakeClock, host: FakeHost, base_image: MarketplaceImage
) -> Iterator[Arm]:
    """A cloud with a base image, the group `g`, and in it a network interface with a public address."""
    arm = Arm(make_cloud(settings, clock, host, [base_image]))
    arm.put("/resourceGroups/g")
    network = "/resourceGroups/g/providers/Microsoft.Network"
    subnets = [{"name": "build", "properties": {"addressPrefix": "10.1.0.0/24"}}]
    space = {"addressPrefixes": ["10.1.0.0/16"]}
    vnet = arm.put(f"{network}/virtualNetworks/v", {"addressSpace": space, "subnets": subnets})
    address = arm.put(f"{network}/publicIPAddresses/ip", {"publicIPAllocationMethod": "Static"})
    configuration = {
        "subnet": {"id": vnet["properties"]["subnets"][0]["id"]},
        "publicIPAddress": {"id": address["id"]},
    }
    arm.put(
        f"{network}/networkInterfaces/nic",
        {"ipConfigurations": [{"name": "main", "properties": configuration}]},
    )
    yield arm
    assert arm.cloud.operations.join(30)


def make_cloud(settings: Settings, clock: FakeClock, host: FakeHost, images: list[MarketplaceImage]) -> Cloud:
    settings.state_dir.mkdir(exist_ok=True)
    return Cloud(
        settings=settings,
        store=Store(settings.state_dir),
        operations=Operations(settings.state_dir / "operations", WORKS),
        host=host,
        clock=clock,
        keys=secret_keys.load(settings.state_dir),
        platform_images=lambda: images,
    )


@pytest.fixture
def machine() -> dict[str, Any]:
    """The properties of a machine on the interface of `stocked`, without the ids."""
    key = {"path": "/home/packer/.ssh/authorized_keys", "keyData": "ssh-ed25519 AAAA test"}
    return {
        "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
        "storageProfile": {
            "imageReference": {
                "publisher": "Debian",
                "offer": "debian-12",
                "sku": "12-gen2",
                "version": "latest",
            },
            "osDisk": {"name": "os", "createOption": "FromImage"},
        },
        "osProfile": {
            "computerName": "vm",
            "adminUsername": "packer",
            "customData": "I2Nsb3VkLWNvbmZpZwo=",
            "linuxConfiguration": {"ssh": {"publicKeys": [key]}},
        },
        "networkProfile": {
            "networkInterfaces": [
                {
                    "id": "/subscriptions/00000000-0000-4000-8000-00000000a1b0/resourceGroups/g/providers"
                    "/Microsoft.Network/networkInterfaces/nic"
                }
            ]
        },
    }
