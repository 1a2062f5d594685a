"""ARM ids: parsing, spelling, equality."""

from __future__ import annotations

import pytest

from aib_airflow.emulator.identifiers import ResourceId, parse, parse_id

VERSION = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/c/images/web/versions/1.0.0"
)


def test_an_id_is_spelled_as_it_was_parsed() -> None:
    """Parsing and spelling are inverse."""
    assert str(parse_id(VERSION)) == VERSION


def test_ids_that_differ_in_case_are_equal() -> None:
    """ARM ids are case-insensitive, as dictionary keys too."""
    assert {parse_id(VERSION.upper().replace("SUBSCRIPTIONS", "subscriptions")): 1}[parse_id(VERSION)] == 1


def test_a_nested_resource_knows_its_type_and_its_parent() -> None:
    """Types and names go in pairs."""
    version = parse_id(VERSION)
    assert version.type == "Microsoft.Compute/galleries/images/versions"
    assert str(version.parent) == VERSION.removesuffix("/versions/1.0.0")
    assert str(version.parent.parent.parent) == "/subscriptions/s/resourceGroups/g"


@pytest.mark.parametrize(
    ("path", "kind", "tail"),
    [
        ("/subscriptions/s", "Microsoft.Resources/subscriptions", ""),
        ("/subscriptions", "", "subscriptions"),
        ("/subscriptions/s/resourcegroups", "Microsoft.Resources/subscriptions", "resourcegroups"),
        ("/subscriptions/s/resourcegroups/g", "Microsoft.Resources/resourceGroups", ""),
        ("/subscriptions/s/resourceGroups/g/resources", "Microsoft.Resources/resourceGroups", "resources"),
        ("/subscriptions/s/providers/Microsoft.Compute/skus", "Microsoft.Resources/providers", "skus"),
        ("/subscriptions/s/operationresults/o", "Microsoft.Resources/operationresults", ""),
        (f"{VERSION}/restore", "Microsoft.Compute/galleries/images/versions", "restore"),
    ],
)
def test_a_path_has_an_id_and_perhaps_a_word_after_it(path: str, kind: str, tail: str) -> None:
    """A word without a name is a collection or an action."""
    target = parse(path)
    assert (target.id.type, target.tail) == (kind, tail)


@pytest.mark.parametrize("text", ["", "web", "/subscriptions/s/resourceGroups/g/providers/N/disks"])
def test_a_text_that_names_no_resource_is_no_id(text: str) -> None:
    """What points nowhere is refused where it is read."""
    with pytest.raises(ValueError, match="is not a resource id"):
        parse_id(text)


def test_a_sibling_is_in_the_same_group() -> None:
    """A machine's disk is made beside the machine."""
    vm = ResourceId("s", "g", "Microsoft.Compute", ("virtualMachines",), ("vm",))
    assert str(vm.sibling("Microsoft.Compute/disks", "d")).endswith("/g/providers/Microsoft.Compute/disks/d")
