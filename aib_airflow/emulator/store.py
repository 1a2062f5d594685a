"""All resources, on disk: one folder a resource, shaped as its id, so that a restart finds everything."""

from __future__ import annotations

import contextlib
import shutil
import threading
import urllib.parse
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aib_airflow.emulator import errors
from aib_airflow.emulator.files import read_json, write_json
from aib_airflow.emulator.identifiers import ResourceId, parse_id

Json = dict[str, Any]
RECORD = "resource.json"


@dataclass(slots=True)
class Resource:
    """One resource: `body` is what ARM shows, `inner` what only the emulator knows."""

    id: ResourceId
    body: Json
    inner: Json = field(default_factory=dict)

    @property
    def properties(self) -> Json:
        """The body's properties, made when missing."""
        properties: Json = self.body.setdefault("properties", {})
        return properties

    @property
    def location(self) -> str:
        return str(self.body.get("location", ""))

    @property
    def state(self) -> str:
        return str(self.properties.get("provisioningState", ""))


class Store:
    """The resources of one state folder. `lock` makes a check and the write that follows one step."""

    def __init__(self, state_dir: Path) -> None:
        self._root = state_dir
        self.lock = threading.RLock()

    def folder(self, resource: ResourceId) -> Path:
        """Return the folder that is this resource's own; its files (disks) live there too."""
        words = ["subscriptions", resource.subscription]
        words += ["resourcegroups", resource.group] if resource.group else []
        words += ["providers", resource.namespace] if resource.namespace else []
        for kind, name in zip(resource.types, resource.names, strict=True):
            words += [kind, name]
        return self._root.joinpath(*map(_safe, words))

    def find(self, resource: ResourceId) -> Resource | None:
        """Return the resource, or None."""
        return self._load(self.folder(resource) / RECORD)

    def get(self, resource: ResourceId) -> Resource:
        """Return the resource. Raises ArmError (404)."""
        found = self.find(resource)
        if found is None:
            raise errors.not_found(resource)
        return found

    def save(self, resource: Resource) -> None:
        """Write the resource, whole."""
        write_json(self.folder(resource.id) / RECORD, {"body": resource.body, "inner": resource.inner})

    @contextlib.contextmanager
    def edit(self, resource: ResourceId) -> Iterator[Resource]:
        """Load a resource, let the block change it, and write it back. Raises ArmError (404)."""
        with self.lock:
            found = self.get(resource)
            yield found
            self.save(found)

    def remove(self, resource: ResourceId) -> None:
        """Delete the resource with its files and all that is nested in it, at one moment for all who look."""
        gone = self._root / "deleted" / uuid.uuid4().hex
        gone.parent.mkdir(exist_ok=True)
        with self.lock, contextlib.suppress(FileNotFoundError):
            self.folder(resource).rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def of_type(self, resource_type: str, scope: ResourceId) -> list[Resource]:
        """Return all resources of a type in a subscription, a group or under a parent, by name."""
        pattern = self._pattern(resource_type, scope)
        return self._matching(self.folder(scope), pattern)

    def groups(self, subscription: str) -> list[Resource]:
        """Return all resource groups, by name."""
        return self._matching(self.folder(ResourceId(subscription)), f"resourcegroups/*/{RECORD}")

    def inside(self, scope: ResourceId) -> list[Resource]:
        """Return all resources in a group or subscription, nested ones included."""
        inner = "providers" if scope.group else "resourcegroups/*/providers"
        return self._matching(self.folder(scope), f"{inner}/**/{RECORD}")

    def _matching(self, folder: Path, pattern: str) -> list[Resource]:
        """Load what fits; begin again when a folder vanishes while it is looked through."""
        while True:
            with contextlib.suppress(FileNotFoundError):
                found = (self._load(path) for path in sorted(folder.glob(pattern)))
                return [resource for resource in found if resource is not None]

    def _pattern(self, resource_type: str, scope: ResourceId) -> str:
        namespace, *types = resource_type.lower().split("/")
        if scope.types:
            return "/".join(f"{kind}/*" for kind in types[len(scope.types) :]) + f"/{RECORD}"
        start = "" if scope.group else "resourcegroups/*/"
        return f"{start}providers/{namespace}/" + "/".join(f"{kind}/*" for kind in types) + f"/{RECORD}"

    @staticmethod
    def _load(path: Path) -> Resource | None:
        try:
            record = read_json(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return Resource(parse_id(record["body"]["id"]), record["body"], record["inner"])


def _safe(word: str) -> str:
    """Return a folder's name for a word of an id. Raises ArmError (400) for `.` and `..`."""
    quoted = urllib.parse.quote(word.lower(), safe="")
    if quoted.strip(".") == "":
        raise errors.ArmError(400, "InvalidResourceName", f"The name {word!r} is not allowed.")
    return quoted
