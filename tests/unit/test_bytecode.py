"""Every installed module is compiled once, not by each process."""

from __future__ import annotations

from pathlib import Path

import pytest

from aib_airflow.bytecode import compile_once, fingerprint, without_bytecode_ban


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = tmp_path / "site-packages"
    (site / "thing-1.0.dist-info").mkdir(parents=True)
    (site / "thing.py").write_text("answer = 42\n")
    (site / "template.py").write_text("this is {{ no }} python\n")
    return site


@pytest.fixture
def package(tmp_path: Path) -> Path:
    package = tmp_path / "package"
    package.mkdir()
    (package / "own.py").write_text("")
    return package


def test_the_first_call_compiles_and_the_second_does_nothing(site: Path, package: Path) -> None:
    """A file that is no Python does not keep the others from being compiled."""
    assert compile_once(site_packages=site, package=package) is True
    assert list(site.glob("__pycache__/thing.*.pyc"))
    assert list(package.glob("__pycache__/own.*.pyc"))
    assert compile_once(site_packages=site, package=package) is False


def test_a_new_version_is_compiled_again(site: Path, package: Path) -> None:
    """The marker names the versions it stands for."""
    compile_once(site_packages=site, package=package)
    (site / "thing-1.0.dist-info").rename(site / "thing-1.1.dist-info")
    assert compile_once(site_packages=site, package=package) is True


def test_the_fingerprint_does_not_depend_on_the_folder_order(tmp_path: Path) -> None:
    """The same versions, the same marker."""
    for name, order in (("a", ("x-1", "y-2")), ("b", ("y-2", "x-1"))):
        for distribution in order:
            (tmp_path / name / f"{distribution}.dist-info").mkdir(parents=True)
    assert fingerprint(tmp_path / "a") == fingerprint(tmp_path / "b")


def test_children_may_write_bytecode() -> None:
    """The variable that forbids it is the only one taken out."""
    assert without_bytecode_ban({"PYTHONDONTWRITEBYTECODE": "1", "HOME": "/root"}) == {"HOME": "/root"}
