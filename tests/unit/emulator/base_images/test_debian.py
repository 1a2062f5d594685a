"""A build that ends early leaves no image behind."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from aib_airflow.emulator.base_images import catalogue, debian
from aib_airflow.emulator.base_images.apt_sources import AptSource
from aib_airflow.emulator.base_images.mmdebstrap import MmdebstrapError


@pytest.fixture
def no_tools(monkeypatch):
    """Builds without sfdisk and mmdebstrap: only what surrounds them is looked at."""
    source = AptSource("http://mirror.example/debian", "bookworm", ("main",))
    monkeypatch.setattr(debian, "debian_sources", lambda: (source,))
    monkeypatch.setattr(debian.partitions, "make_partitions", lambda disk, *rest: disk.touch())
    monkeypatch.setattr(debian.mmdebstrap, "install", lambda *arguments: None)


def test_the_version_is_debians_scheme_of_the_build_moment():
    """Later builds have greater numbers, part by part."""
    versions = [
        debian.version_of(dt.datetime(2026, 11, 22, hour, minute, tzinfo=dt.UTC))
        for hour, minute in [(0, 7), (9, 5), (23, 59)]
    ]
    assert versions == ["0.20261122.7", "0.20261122.545", "0.20261122.1439"]


def test_a_whole_build_is_in_the_catalogue_and_read_only(no_tools, tmp_path):
    """Machines write into overlays of it."""
    image = debian.build(tmp_path, lambda line: None)
    assert catalogue.list_images(tmp_path) == (image,)
    assert image.disk_path.stat().st_mode & 0o222 == 0


def test_a_failed_build_leaves_nothing(no_tools, tmp_path, monkeypatch):
    """And the error goes through."""

    def fail(*arguments: object) -> None:
        raise MmdebstrapError("no network")

    monkeypatch.setattr(debian.mmdebstrap, "install", fail)
    with pytest.raises(MmdebstrapError, match="no network"):
        debian.build(tmp_path, lambda line: None)
    assert catalogue.list_images(tmp_path) == ()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / ".lock"]


def test_what_a_killed_build_left_is_removed_by_the_next(no_tools, tmp_path):
    """Half a disk takes half a gigabyte."""
    tmp_path.joinpath(".building-killed").mkdir()
    tmp_path.joinpath(".building-killed", "disk.raw").touch()
    debian.build(tmp_path, lambda line: None)
    assert not tmp_path.joinpath(".building-killed").exists()


def test_a_second_build_within_the_same_minute_takes_the_first(no_tools, tmp_path, monkeypatch):
    """It would have the same version, and machines may be based on the first already."""
    monkeypatch.setattr(debian, "version_of", lambda moment: "0.20261122.7")
    first = debian.build(tmp_path, lambda line: None)
    assert debian.build(tmp_path, lambda line: None) == first
    assert catalogue.list_images(tmp_path) == (first,)


def test_a_build_that_waited_for_another_takes_its_image(no_tools, tmp_path, monkeypatch):
    """Two demos at once make one image."""

    @contextlib.contextmanager
    def wait_for_another(cache: Path) -> Iterator[None]:
        folder = catalogue.image_folder(cache, debian.SKU, "0.20260101.1")
        folder.mkdir(parents=True)
        catalogue.describe(debian._image("0.20260101.1", folder / "disk.raw"), folder)
        yield

    monkeypatch.setattr(debian, "_alone", wait_for_another)
    assert debian.build(tmp_path, lambda line: None).version == "0.20260101.1"
