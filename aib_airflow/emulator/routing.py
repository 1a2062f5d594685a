"""Which function answers a request: tables of (method, type, action), matched without regard to case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aib_airflow.emulator import errors
from aib_airflow.emulator.identifiers import ResourceId, Target, parse
from aib_airflow.emulator.store import Json

if TYPE_CHECKING:
    from aib_airflow.emulator.cloud import Cloud

LIST = "list"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One HTTP request, before anyone knows what it is for. `query` has names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base_url: str


@dataclass(frozen=True, slots=True)
class Call:
    """One ARM request. `query` has names in lower case; for a list, `id` is the scope that is listed."""

    method: str
    id: ResourceId
    type: str
    action: str
    query: Mapping[str, str]
    body: Json
    base_url: str

    @property
    def api_version(self) -> str:
        return self.query.get("api-version", "")


@dataclass(frozen=True, slots=True)
class Reply:
    """One ARM response; no body means an empty one."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[["Cloud", Call], Reply]
Routes = Mapping[tuple[str, str, str], Handler]


@dataclass(frozen=True, slots=True)
class Match:
    """A function, with the id and the type as its service spells them."""

    handler: Handler
    id: ResourceId
    type: str
    action: str


class Router:
    """All tables together."""

    def __init__(self, tables: Iterable[Routes]) -> None:
        self._routes: dict[tuple[str, str, str], tuple[str, str, Handler]] = {}
        for table in tables:
            for (method, kind, action), handler in table.items():
                self._routes[method, kind.lower(), action.lower()] = (kind, action, handler)

    def match(self, method: str, path: str) -> Match:
        """Find the function for a request. Raises ArmError (501) that names what is not known."""
        target = parse(path)
        for kind, action in _readings(target):
            if route := self._routes.get((method, kind.lower(), action.lower())):
                spelled, action_name, handler = route
                return Match(handler, _spelled(target.id, spelled, action_name), spelled, action_name)
        raise errors.not_supported(method, path, "/".join(filter(None, (target.id.type, target.tail))))


def _readings(target: Target) -> list[tuple[str, str]]:
    """A trailing word is an action on the resource before it, or a collection of resources in it."""
    if not target.tail:
        return [(target.id.type, "")]
    collection = "/".join((target.id.namespace, *target.id.types, target.tail))
    return [(target.id.type, target.tail), (collection, LIST)]


def _spelled(found: ResourceId, kind: str, action: str) -> ResourceId:
    if action == LIST and not found.types:
        return found.group_id
    parts = kind.split("/")
    return found.spelled("/".join(parts[: len(found.types) + 1]))
