"""A versioned DAG bundle over a folder of image templates.

    [dag_processor]
    dag_bundle_config_list = [{"name": "images", "classpath": "aib_airflow.bundles.TemplateDagBundle",
        "kwargs": {"path": "/srv/images", "refresh_interval": 10}}]

Airflow looks for DAGs in `.py` files only, each in a process of its own with an import error of its own. So
each image gets a loader of a few lines: a broken template is one import error, and a changed one is read
alone. A version is the digest of all files in the folder; a run goes on with the version that it began with,
for its tasks read that version's copy. Airflow moves a run on to a newer version whose DAG is serialised to
the same text, and so the factory writes the digests of the scripts beside a template into its DAG.
"""

from __future__ import annotations

import contextlib
import importlib
from pathlib import Path
from typing import Any

from airflow.dag_processing.bundles.base import BaseDagBundle, BundleVersion

from aib_airflow.bundles.folder import TemplateFolder
from aib_airflow.bundles.store import FolderChangedError, VersionStore

UNUSED_DAYS = 30
_ATTEMPTS = 5


class TemplateBundleError(Exception):
    """A template folder cannot be read, or a version of it is not on this machine."""


class TemplateDagBundle(BaseDagBundle):
    """Make a DAG of each image template in a folder, and keep the versions that runs have begun with.

    Where tasks run on other machines, `[dag_processor] dag_bundle_storage_path` must be on a volume that all
    of them share. A template that is removed while it is built leaves its run without a DAG until it is back.

    :param path: the folder of templates, with the scripts and files that they name
    :param unused_days: days after which a version that no task asked for is deleted
    """

    supports_versioning = True

    def __init__(self, *, path: str, unused_days: float = UNUSED_DAYS, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not Path(path).is_absolute():
            raise TemplateBundleError(f"bundle {self.name}: path '{path}' is not absolute")
        self._folder = TemplateFolder(Path(path))
        self._store = VersionStore(self.base_dir)
        self._unused_days = unused_days

    @property
    def path(self) -> Path:
        """Where the loaders of this version are."""
        return self._store.dags(self.version) if self.version else self._store.live_dags

    def initialize(self) -> None:
        """Make sure that the files of this version, or of the live one, are there. Raises TemplateBundleError."""
        if self.version:
            self._provide(self.version)
        else:
            # What the DAG processor has imported, its processes for the single files need not import again.
            importlib.import_module("aib_airflow.factory")
            if self._store.live_version() is None:
                self.refresh()
        super().initialize()

    def get_current_version(self) -> BundleVersion | None:
        """Return the version whose files `path` leads to."""
        version = self.version or self._store.live_version()
        return BundleVersion(version) if version else None

    def refresh(self) -> None:
        """Make live what the folder holds now. Raises TemplateBundleError; then the last version stays live."""
        with self.lock():
            version = self._keep_current()
            if version != self._store.live_version():
                self._store.go_live(version)
                self._store.prune(self._unused_days)

    def _provide(self, version: str) -> None:
        """Find a version, or make it anew where the folder is still the same."""
        if not self._store.has(version):
            with self.lock():
                found = self._keep_current()
            if found != version:
                raise TemplateBundleError(
                    f"bundle {self.name}: version {version} of {self._folder.path} is not on this machine: start a "
                    "new run, or let all machines share [dag_processor] dag_bundle_storage_path"
                )
        self._store.touch(version)
        # Airflow deletes a version's folder after hours without a task, but a build may wait for longer than
        # that: it gets an empty one to delete.
        with contextlib.suppress(PermissionError):
            (self.versions_dir / version).mkdir(parents=True, exist_ok=True)

    def _keep_current(self) -> str:
        """Keep a copy of the folder as it is now, and return its version."""
        try:
            for _ in range(_ATTEMPTS):
                snapshot = self._folder.look()
                with contextlib.suppress(FolderChangedError):
                    self._store.keep(snapshot, self._folder)
                    return snapshot.version
        except OSError as failure:
            raise TemplateBundleError(
                f"bundle {self.name}: {failure.filename or self._folder.path}: {failure.strerror}; `path` in "
                "[dag_processor] dag_bundle_config_list names the folder of templates"
            ) from failure
        raise TemplateBundleError(
            f"bundle {self.name}: {self._folder.path} changes all the time; it is read again at the next refresh"
        )
