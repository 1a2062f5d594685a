"""Version numbers: AIB's documented examples, and what it does not document."""

from __future__ import annotations

import pytest

from aib_airflow.plan import VersionError, next_version
from aib_airflow.plan.versions import MAX_NUMBER, ExplicitVersion
from aib_airflow.template.distributors import LatestVersioning, SourceVersioning

DOCUMENTED = ["0.1.1", "0.1.2", "1.0.0", "1.0.1", "1.1.0", "1.1.1", "1.2.0", "2.0.0", "2.0.1", "2.1.0"]


@pytest.mark.parametrize(
    ("major", "expected"), [(-1, "2.1.1"), (2, "2.1.1"), (1, "1.2.1"), (0, "0.1.3"), (3, "3.0.0")]
)
def test_latest_counts_on_as_aibs_documentation_shows(major: int, expected: str) -> None:
    """The highest version, of that major if one is set, and one patch more."""
    assert next_version(DOCUMENTED, LatestVersioning(major=major)) == expected


@pytest.mark.parametrize(("major", "expected"), [(-1, "1.0.0"), (0, "0.0.0"), (7, "7.0.0")])
def test_an_empty_definition_begins_with_its_major(major: int, expected: str) -> None:
    """AIB documents no first version: ours is <major>.0.0, and 1.0.0 where no major is set."""
    assert next_version([], LatestVersioning(major=major)) == expected


def test_versions_are_numbers_not_texts() -> None:
    """10 is more than 9; AIB's old timestamps count; what is no version does not."""
    assert next_version(["1.9.9", "1.10.0", "latest", "2.0"], LatestVersioning()) == "1.10.1"
    assert next_version(["0.24254.42935"], LatestVersioning()) == "0.24254.42936"


def test_an_explicit_version_must_be_new() -> None:
    """A version is never overwritten."""
    assert next_version(["1.2.3"], ExplicitVersion("1.2.4")) == "1.2.4"
    with pytest.raises(VersionError, match=r"image version 1\.2\.3 exists already"):
        next_version(["1.02.3"], ExplicitVersion("1.2.3"))


def test_there_is_a_last_version() -> None:
    """Each number is a 32-bit integer in Azure."""
    with pytest.raises(VersionError, match="set another major"):
        next_version([f"1.0.{MAX_NUMBER}"], LatestVersioning())


def test_the_scheme_source_is_refused_by_name() -> None:
    """It is not built yet, and nothing else is done in its place."""
    with pytest.raises(VersionError, match="scheme Source is not built by this version yet"):
        next_version([], SourceVersioning(scheme="Source"))
