"""What counts as a file of a template folder, and when it is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aib_airflow.bundles.folder import TemplateFolder
from aib_airflow.bundles.store import FolderChangedError, VersionStore


def test_the_version_follows_from_names_and_contents_alone(tmp_path: Path) -> None:
    """Two machines with the same files agree, whatever their clocks say."""
    versions = []
    for name, when in (("a", 1_000_000_000), ("b", 2_000_000_000)):
        (tmp_path / name / "scripts").mkdir(parents=True)
        for file in ("web.json", "scripts/one.sh"):
            path = tmp_path / name / file
            path.write_text(file)
            os.utime(path, (when, when))
        versions.append(TemplateFolder(tmp_path / name).look())
    assert versions[0] == versions[1]


def test_hidden_files_and_links_that_lead_out_are_left_out(tmp_path: Path) -> None:
    """A link inside the folder, as Kubernetes mounts files, is what it leads to."""
    folder = tmp_path / "folder"
    (folder / "..data").mkdir(parents=True)
    (folder / "..data" / "web.json").write_text("{}")
    (folder / "web.json").symlink_to(Path("..data", "web.json"))
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("")
    (tmp_path / "secret").write_text("")
    (folder / "secret.json").symlink_to(tmp_path / "secret")
    (folder / "nowhere.json").symlink_to(folder / "nothing")
    (folder / "loop").symlink_to(folder)
    assert set(TemplateFolder(folder).look().files) == {"web.json"}


def test_a_file_is_read_again_only_if_it_may_have_changed(tmp_path: Path, monkeypatch) -> None:
    """By time, size and inode; one written just now may change again within the same tick of the clock."""
    for name in ("old", "new"):
        (tmp_path / name).write_text(name)
    reads = []
    folder = TemplateFolder(tmp_path)
    digest = folder._digest
    monkeypatch.setattr(folder, "_digest", lambda name: reads.append(name) or digest(name))
    later_ns = (tmp_path / "old").stat().st_ctime_ns + 3_000_000_000
    monkeypatch.setattr("aib_airflow.bundles.folder.time.time_ns", lambda: later_ns)
    os.utime(tmp_path / "new", ns=(later_ns, later_ns))
    first = folder.look()
    assert sorted(reads) == ["new", "old"]
    assert folder.look() == first
    assert sorted(reads) == ["new", "new", "old"]


def test_a_folder_that_changes_while_it_is_copied_is_not_kept(tmp_path: Path, monkeypatch) -> None:
    """A version is what the folder was at one moment, or it is none."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "web.json").write_text("{}")
    folder, store = TemplateFolder(source), VersionStore(tmp_path / "store")
    snapshot = folder.look()
    (source / "web.json").write_text("{ }")
    with pytest.raises(FolderChangedError):
        store.keep(snapshot, folder)
    assert list((tmp_path / "store" / "kept").iterdir()) == []
