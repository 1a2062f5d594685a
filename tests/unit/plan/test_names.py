"""The names of a build: derived, unique, and within Azure's limits."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from aib_airflow.plan import BuildNames, tags


def test_a_run_always_has_the_same_names_and_no_other_run_has_them() -> None:
    """A retry finds what the first attempt made; two runs never meet."""
    names = BuildNames.derive("web", "manual__2026-01-01")
    assert names == BuildNames.derive("web", "manual__2026-01-01")
    others = [BuildNames.derive("web", "manual__2026-01-02"), BuildNames.derive("api", "manual__2026-01-01")]
    assert len({each.build_id for each in (names, *others)}) == 3


@pytest.mark.parametrize("image", ["web", "debian12_baseline", "a.b(c)", "x" * 200, "..."])
def test_names_keep_azures_rules(image: str) -> None:
    """A resource group has at most 90 characters and no dot at its end, a Windows machine's name 15."""
    names = BuildNames.derive(image, "run")
    assert re.fullmatch(r"[a-z2-7]{10}", names.build_id)
    assert re.fullmatch(r"aib-[A-Za-z0-9_-]{1,86}", names.resource_group)
    assert len(names.resource_group) <= 90
    assert names.resource_group.endswith(names.build_id)
    assert len(names.computer_name) <= 15
    for name in dataclasses.astuple(names):
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name)


def test_tags_say_whose_a_resource_is_and_until_when() -> None:
    """The sweep reads `aib-expires`: it is in UTC."""
    expires = datetime(2026, 1, 2, 5, 0, tzinfo=timezone(timedelta(hours=2)))
    assert tags(image="web", run_id="r", digest="d", expires=expires) == {
        "aib-image": "web",
        "aib-run": "r",
        "aib-digest": "d",
        "aib-expires": "2026-01-02T03:00:00+00:00",
    }


def test_a_tags_value_that_is_too_long_stays_distinct() -> None:
    """Azure takes 256 characters; what is cut off still counts."""
    now = datetime(2026, 1, 2, tzinfo=UTC)
    one, other = (tags(image="w", run_id="r" * 300 + end, digest="d", expires=now)["aib-run"] for end in "ab")
    assert len(one) == len(other) == 256
    assert one != other
