"""Resources on disk."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from aib_airflow.emulator.errors import ArmError
from aib_airflow.emulator.identifiers import ResourceId
from aib_airflow.emulator.store import Resource, Store

GROUP = ResourceId("s", "Group")
GALLERY = ResourceId("s", "Group", "Microsoft.Compute", ("galleries",), ("Corp",))
IMAGE = ResourceId("s", "Group", "Microsoft.Compute", ("galleries", "images"), ("Corp", "web"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    for identity in (GROUP, GALLERY, IMAGE):
        store.save(Resource(identity, {"id": str(identity)}, {"secret": 1}))
    return store


def test_another_process_finds_what_this_one_saved(store: Store, tmp_path: Path) -> None:
    """The folder is the state; names keep their case, look-ups ignore it."""
    found = Store(tmp_path).get(ResourceId("S", "group", "microsoft.compute", ("Galleries",), ("CORP",)))
    assert (str(found.id), found.inner) == (str(GALLERY), {"secret": 1})


def test_only_its_owner_reads_a_record(store: Store) -> None:
    """Records hold custom data."""
    assert (store.folder(GALLERY) / "resource.json").stat().st_mode & 0o777 == 0o600


def test_lists_hold_one_type_in_one_scope(store: Store) -> None:
    """In a subscription, a group, or a parent; nested types are not mixed in."""

    def ids(resource_type: str, scope: ResourceId) -> list[ResourceId]:
        return [resource.id for resource in store.of_type(resource_type, scope)]

    assert ids("Microsoft.Compute/galleries", ResourceId("s")) == [GALLERY]
    assert ids("Microsoft.Compute/galleries", GROUP) == [GALLERY]
    assert ids("Microsoft.Compute/galleries/images", GALLERY) == [IMAGE]
    assert ids("Microsoft.Compute/disks", GROUP) == []
    assert [resource.id for resource in store.inside(GROUP)] == [IMAGE, GALLERY]
    assert [group.id for group in store.groups("s")] == [GROUP]


def test_removing_a_resource_removes_what_is_in_it(store: Store) -> None:
    """Files and nested resources go with it; removing it twice is no error."""
    store.remove(GALLERY)
    store.remove(GALLERY)
    assert store.find(IMAGE) is None
    with pytest.raises(ArmError, match="ResourceNotFound"):
        store.get(GALLERY)


def test_an_edit_that_fails_changes_nothing(store: Store) -> None:
    """A record is written when the block ends well."""

    def fail() -> None:
        with store.edit(GALLERY) as found:
            found.body["tags"] = {"a": "b"}
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert "tags" not in store.get(GALLERY).body


def test_lists_stand_while_others_delete(store: Store) -> None:
    """A build's group may vanish while another build looks for a free address."""
    stop = threading.Event()

    def churn() -> None:
        while not stop.is_set():
            for number in range(5):
                identity = ResourceId("s", f"g{number}", "Microsoft.Compute", ("disks",), ("d",))
                store.save(Resource(identity, {"id": str(identity)}))
                store.remove(identity.group_id)

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(200):
            assert GALLERY in [resource.id for resource in store.inside(ResourceId("s"))]
    finally:
        stop.set()
        thread.join()
