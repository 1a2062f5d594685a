"""Resource groups and lists of resources."""

from __future__ import annotations

from typing import Any

import pytest

NIC = "/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/nic"
VM = "/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm"


def test_a_second_put_adopts_the_first(arm: Any) -> None:
    """201, then 200: a retry finds its own group."""
    body = {"location": "West US 2", "tags": {"aib-run": "r1"}}
    assert arm.send("PUT", "/resourceGroups/G", body).status == 201
    assert arm.send("PUT", "/resourcegroups/g", body).status == 200
    group = arm.get("/resourceGroups/g")
    assert (group["name"], group["location"]) == ("G", "westus2")


def test_a_group_does_not_move(arm: Any) -> None:
    """Another location is a conflict."""
    arm.put("/resourceGroups/g")
    reply = arm.send("PUT", "/resourceGroups/g", {"location": "eastus"})
    assert (reply.status, reply.body["error"]["code"]) == (409, "InvalidResourceGroupLocation")


def test_head_tells_whether_it_exists(arm: Any) -> None:
    """204 or 404, without a body."""
    assert arm.send("HEAD", "/resourceGroups/g").status == 404
    arm.put("/resourceGroups/g")
    assert arm.send("HEAD", "/resourceGroups/g").status == 204


def test_groups_are_found_by_tag(arm: Any) -> None:
    """The sweep looks for its own."""
    arm.put("/resourceGroups/a", tags={"aib-run": "r1"})
    arm.put("/resourceGroups/b", tags={"aib-run": "r2"})
    arm.put("/resourceGroups/c")

    def names(text: str) -> list[str]:
        return [group["name"] for group in arm.get("/resourcegroups", filter=text)["value"]]

    assert names("tagName eq 'aib-run'") == ["a", "b"]
    assert names("tagName eq 'AIB-run' and tagValue eq 'r2'") == ["b"]
    assert arm.send("GET", "/resourcegroups", filter="size gt 3").status == 400


def test_tags_are_patched_whole(arm: Any) -> None:
    """PATCH replaces tags, it does not merge them."""
    arm.put("/resourceGroups/g", tags={"old": "1"})
    arm.send("PATCH", "/resourceGroups/g", {"tags": {"new": "2"}})
    assert arm.get("/resourceGroups/g")["tags"] == {"new": "2"}


def test_deleting_a_group_leaves_nothing(stocked: Any, machine: Any, host: Any) -> None:
    """The machine stops, its folder and all resources go."""
    stocked.put(VM, machine)
    reply = stocked.send("DELETE", "/resourceGroups/g")
    assert reply.status == 202
    assert (
        stocked.send(
            "GET", reply.headers["Location"].removeprefix("https://127.0.0.1:1").split("?")[0]
        ).status
        == 200
    )
    assert stocked.send("HEAD", "/resourceGroups/g").status == 404
    assert host.named("vm").power_state() == "stopped"
    left = [path for path in stocked.cloud.settings.state_dir.rglob("*") if path.is_file()]
    assert {path.parent.name for path in left} <= {"operations", "state"}


def test_a_group_whose_network_another_group_uses_stays(stocked: Any, machine: Any) -> None:
    """Azure checks before it deletes anything."""
    stocked.put("/resourceGroups/other")
    stocked.put("/resourceGroups/other/providers/Microsoft.Compute/virtualMachines/vm", machine)
    reply = stocked.send("DELETE", "/resourceGroups/g")
    assert (reply.status, reply.body["error"]["code"]) == (409, "ResourceGroupDeletionBlocked")


def test_the_resources_of_a_group_are_listed_without_their_properties(stocked: Any) -> None:
    """ARM shows id, name, type, location and tags."""
    items = stocked.get("/resourceGroups/g/resources")["value"]
    assert sorted(item["name"] for item in items) == ["ip", "nic", "v"]
    assert all("properties" not in item for item in items)
    addresses = stocked.get("/resources", filter="resourceType eq 'Microsoft.Network/publicIPAddresses'")
    assert [item["name"] for item in addresses["value"]] == ["ip"]


@pytest.mark.parametrize("path", ["", "/locations", "/providers", "/providers/Microsoft.Compute"])
def test_the_subscription_describes_itself(arm: Any, path: str) -> None:
    """What `az` asks for before it does anything."""
    assert arm.get(arm.scope + path)
