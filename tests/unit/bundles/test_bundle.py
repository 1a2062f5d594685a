"""A bundle over a folder of templates: what the DAG processor sees, and what a task does."""

from __future__ import annotations

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import DagBag

from aib_airflow.bundles import TemplateDagBundle
from aib_airflow.bundles.bundle import TemplateBundleError


def version(bundle) -> str:
    return bundle.get_current_version().version


def loaders(bundle) -> dict[str, float]:
    """When each loader was written last."""
    return {path.name: path.stat().st_mtime for path in bundle.path.glob("*.py")}


def changed(bundle, before: dict[str, float]) -> set[str]:
    after = loaders(bundle)
    return {name for name in after if after[name] != before.get(name)}


def test_each_image_is_a_dag_file_of_its_own(bundle) -> None:
    """So that each has its own import error."""
    assert set(loaders(bundle)) == {"app.py", "web.py"}
    bag = DagBag(dag_folder=str(bundle.path), bundle_path=bundle.path, bundle_name="images")
    assert (set(bag.dag_ids), bag.import_errors) == ({"app", "web"}, {})
    assert bag.dags["web"].relative_fileloc == "web.py"


def test_airflow_makes_it_from_its_configuration(folder: Path, monkeypatch) -> None:
    """By class path and JSON."""
    config = f"""[{{"name": "images", "classpath": "aib_airflow.bundles.TemplateDagBundle",
        "kwargs": {{"path": "{folder}", "refresh_interval": 7}}}}]"""
    monkeypatch.setenv("AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST", config)
    (bundle,) = DagBundlesManager().get_all_dag_bundles()
    assert isinstance(bundle, TemplateDagBundle)
    assert (bundle.refresh_interval, bundle.supports_versioning) == (7, True)


def test_nothing_changes_while_the_folder_does_not(bundle) -> None:
    """A refresh of an unchanged folder leaves every file as it is."""
    before, first = loaders(bundle), version(bundle)
    bundle.refresh()
    assert (changed(bundle, before), version(bundle)) == (set(), first)


def test_a_changed_template_is_read_again_at_once_and_alone(bundle, write) -> None:
    """Its loader is newer than any reading of it that may still be going on."""
    before, first = loaders(bundle), version(bundle)
    write("web", buildTimeoutInMinutes=100)
    bundle.refresh()
    assert version(bundle) != first
    assert changed(bundle, before) == {"web.py"}
    assert loaders(bundle)["web.py"] > time.time()


def test_a_template_that_changes_back_is_read_again_too(bundle, folder: Path, write) -> None:
    """The version is the old one, but not to the DAG processor."""
    text, first = (folder / "web.json").read_text(), version(bundle)
    write("web", buildTimeoutInMinutes=100)
    bundle.refresh()
    before = dict.fromkeys(loaders(bundle), 0.0) | {"app.py": loaders(bundle)["app.py"]}
    (folder / "web.json").write_text(text)
    bundle.refresh()
    assert version(bundle) == first
    assert changed(bundle, before) == {"web.py"}


def test_a_changed_script_concerns_the_images_that_name_it(bundle, folder: Path) -> None:
    """The others are not read again."""
    before = loaders(bundle)
    (folder / "scripts" / "two.sh").write_text("echo three\n")
    bundle.refresh()
    assert changed(bundle, before) == {"app.py"}


def test_images_come_and_go(bundle, folder: Path, write) -> None:
    """With their loaders."""
    write("later")
    (folder / "app.json").unlink()
    bundle.refresh()
    assert set(loaders(bundle)) == {"later.py", "web.py"}


def test_a_task_reads_the_version_of_its_run(bundle, bundle_of, folder: Path) -> None:
    """Templates and scripts as they were."""
    first = version(bundle)
    (folder / "scripts" / "one.sh").write_text("echo changed\n")
    (folder / "web.json").unlink()
    bundle.refresh()
    task = bundle_of(version=first)
    bag = DagBag(dag_folder=str(task.path / "web.py"), bundle_path=task.path, bundle_name="images")
    (step,) = [t for t in bag.dags["web"].tasks if t.task_id == "customize.1_one"]
    assert step.plan.customizers[0].script.path.read_text() == "echo one\n"
    assert version(task) == first


def test_a_kept_version_is_read_only_and_shares_what_did_not_change(bundle, folder: Path, write) -> None:
    """A thousand templates do not cost a thousand copies at each change."""
    first = bundle.path.parent / "kept" / version(bundle) / "templates"
    write("web", buildTimeoutInMinutes=100)
    bundle.refresh()
    second = bundle.path.parent / "kept" / version(bundle) / "templates"
    assert (first / "app.json").stat().st_ino == (second / "app.json").stat().st_ino
    assert (first / "web.json").stat().st_ino != (second / "web.json").stat().st_ino
    assert (second / "web.json").stat().st_mode & 0o222 == 0


def test_a_broken_template_is_an_error_of_its_own_file(bundle, folder: Path) -> None:
    """While its last good version stays a DAG, for the runs that have begun."""
    (folder / "web.json").write_text("{")
    (folder / "new.json").write_text("[]")
    bundle.refresh()
    bag = DagBag(dag_folder=str(bundle.path), bundle_path=bundle.path, bundle_name="images")
    assert set(bag.dag_ids) == {"app", "web"}
    assert set(bag.import_errors) == {"new.py", "web.broken.py"}
    assert bag.import_errors["web.broken.py"].startswith("TemplateError: web.json:1:")


def test_the_last_good_version_lasts_until_the_template_is_mended(bundle, bundle_of, folder, write) -> None:
    """Over further changes, of this template and of others; tasks of these versions find it as well."""
    (folder / "web.json").write_text("{")
    bundle.refresh()
    write("app", script="two.sh", buildTimeoutInMinutes=100)
    bundle.refresh()
    (folder / "web.json").write_text("[")
    bundle.refresh()
    task = bundle_of(version=version(bundle))
    for each in (bundle, task):
        bag = DagBag(dag_folder=str(each.path / "web.py"), bundle_path=each.path, bundle_name="images")
        assert (set(bag.dag_ids), bag.import_errors) == ({"web"}, {})
    write("web", buildTimeoutInMinutes=200)
    bundle.refresh()
    assert set(loaders(bundle)) == {"app.py", "web.py"}


def test_a_version_that_is_not_here_is_made_anew_or_missed_by_name(bundle, bundle_of, folder, write) -> None:
    """Another machine has the same folder; or it does not, and says what to do."""
    first = version(bundle)
    shutil.rmtree(bundle.path.parent)
    assert bundle_of(version=first).path.is_dir()
    shutil.rmtree(bundle.path.parent)
    write("web", buildTimeoutInMinutes=100)
    with pytest.raises(
        TemplateBundleError, match=f"version {first} .* is not on this machine: start a new run"
    ):
        bundle_of(version=first)


def test_old_versions_go_unless_something_needs_them(bundle_of, folder: Path, write) -> None:
    """What is live, what a task asked for lately, and the last good one of a broken image stay."""
    bundle = bundle_of(unused_days=1)
    kept = bundle.path.parent / "kept"
    versions = [version(bundle)]
    for minutes in (100, 200, 300):
        write("web", buildTimeoutInMinutes=minutes)
        bundle.refresh()
        versions.append(version(bundle))
    for each in versions:
        os.utime(kept / each, (0, 0))
    bundle_of(version=versions[1])
    (folder / "web.json").write_text("{")
    bundle.refresh()
    assert {path.name for path in kept.iterdir()} == {versions[1], versions[3], version(bundle)}


def test_airflows_own_pruning_takes_nothing_that_a_run_needs(bundle, bundle_of) -> None:
    """It deletes after hours without a task, and a build may wait for longer than that."""
    task = bundle_of(version=version(bundle))
    shutil.rmtree(task.versions_dir / task.version)
    assert (task.path / "web.py").is_file()


def test_many_processes_may_begin_at_once(bundle_of) -> None:
    """One of them makes the version, and all find it whole."""
    with ThreadPoolExecutor(8) as pool:
        bundles = list(pool.map(lambda _: bundle_of(), range(8)))
    assert len({version(each) for each in bundles}) == 1
    assert all(set(loaders(each)) == {"app.py", "web.py"} for each in bundles)


def test_a_folder_that_is_not_there_is_named(bundle, bundle_of, folder: Path, tmp_path: Path) -> None:
    """And the last version stays live."""
    with pytest.raises(TemplateBundleError, match=r"path 'images' is not absolute"):
        bundle_of(path="images")
    folder.rename(tmp_path / "away")
    with pytest.raises(TemplateBundleError, match=r"templates: No such file .* `path` in"):
        bundle.refresh()
    assert set(loaders(bundle)) == {"app.py", "web.py"}
