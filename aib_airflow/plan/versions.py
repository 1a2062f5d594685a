"""Which version number an image gets, from those that its definition has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from aib_airflow.template.distributors import LatestVersioning, SharedImageDistributor, SourceVersioning

MAX_NUMBER = 2**31 - 1
"""Each of the three numbers is a 32-bit integer in Azure."""

_VERSION = re.compile(r"(\d{1,10})\.(\d{1,10})\.(\d{1,10})")


class VersionError(Exception):
    """There is no version number to give. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class ExplicitVersion:
    """The version that `galleryImageId` names."""

    version: str


VersionRule = ExplicitVersion | LatestVersioning | SourceVersioning


def version_rule(distributor: SharedImageDistributor) -> VersionRule:
    """Return how a distributor's version is found; AIB's default is the scheme Latest."""
    explicit = distributor.gallery_image.version
    if explicit:
        return ExplicitVersion(explicit)
    return distributor.versioning or LatestVersioning()


def next_version(existing: Iterable[str], rule: VersionRule) -> str:
    """Return the new version's number, given those that exist. Raises VersionError.

    Scheme Latest counts on from the highest version, within `major` where that is set. The first version of
    an empty definition is 1.0.0, or <major>.0.0: AIB documents none. Names that are no version are ignored.
    """
    match rule:
        case ExplicitVersion(version):
            return _unused(version, existing)
        case LatestVersioning(major=major):
            return _count_on(existing, major)
        case SourceVersioning():
            raise VersionError("versioning scheme Source is not built by this version yet; use Latest")


def _unused(version: str, existing: Iterable[str]) -> str:
    if _numbers(version) in map(_numbers, existing):
        raise VersionError(
            f"image version {version} exists already; name another in galleryImageId, or none to count on"
        )
    return version


def _count_on(existing: Iterable[str], major: int) -> str:
    known = [numbers for numbers in map(_numbers, existing) if numbers and major in (-1, numbers[0])]
    if not known:
        return f"{1 if major == -1 else major}.0.0"
    highest_major, minor, patch = max(known)
    if patch >= MAX_NUMBER:
        raise VersionError(
            f"version {highest_major}.{minor}.{patch} is the last of its kind; set another major"
        )
    return f"{highest_major}.{minor}.{patch + 1}"


def _numbers(version: str) -> tuple[int, int, int] | None:
    match = _VERSION.fullmatch(version)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None
