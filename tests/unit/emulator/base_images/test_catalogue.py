"""The marketplace's shelf."""

from __future__ import annotations

from pathlib import Path

from aib_airflow.emulator.base_images import catalogue, debian


def put(cache: Path, version: str) -> catalogue.MarketplaceImage:
    folder = catalogue.image_folder(cache, debian.SKU, version)
    folder.mkdir(parents=True)
    folder.joinpath("disk.raw").touch()
    image = debian._image(version, folder / "disk.raw")
    catalogue.describe(image, folder)
    return image


def test_an_image_is_read_as_it_was_described(tmp_path):
    """The path follows the cache when somebody moves it."""
    image = put(tmp_path / "cache", "0.20261101.5")
    assert catalogue.list_images(tmp_path / "cache") == (image,)
    tmp_path.joinpath("cache").rename(tmp_path / "moved")
    (moved,) = catalogue.list_images(tmp_path / "moved")
    assert moved.disk_path.exists()


def test_versions_are_in_the_order_of_their_numbers(tmp_path):
    """The newest is the last: 1439 comes after 7, as it would not in the order of letters."""
    for version in ("0.20261101.1439", "0.20261101.7", "0.20261030.900"):
        put(tmp_path, version)
    versions = [image.version for image in catalogue.list_images(tmp_path)]
    assert versions == ["0.20261030.900", "0.20261101.7", "0.20261101.1439"]


def test_an_unfinished_build_is_not_listed(tmp_path):
    """A killed build leaves a folder with a name that is no image's."""
    tmp_path.joinpath(".building-x").mkdir()
    tmp_path.joinpath(".building-x", "disk.raw").touch()
    assert catalogue.list_images(tmp_path) == ()


def test_the_cache_is_where_the_system_keeps_caches(monkeypatch, tmp_path):
    """$XDG_CACHE_HOME, or ~/.cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert catalogue.default_cache() == tmp_path / "aib-emulator"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/ada")
    assert catalogue.default_cache() == Path("/home/ada/.cache/aib-emulator")
