"""ARM resource ids: parsing and spelling. Rule: ids are equal when they differ in case only."""

from __future__ import annotations

from dataclasses import dataclass, replace

GROUP_TYPE = "Microsoft.Resources/resourceGroups"
SUBSCRIPTION_TYPE = "Microsoft.Resources/subscriptions"
PROVIDER_TYPE = "Microsoft.Resources/providers"


@dataclass(frozen=True, slots=True, eq=False)
class ResourceId:
    """A subscription, a resource group, or a resource; `types` and `names` go in pairs, outermost first."""

    subscription: str = ""
    group: str = ""
    namespace: str = ""
    types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The full type: `Microsoft.Compute/galleries/images`."""
        if self.types:
            return "/".join((self.namespace, *self.types))
        if self.namespace:
            return PROVIDER_TYPE
        if self.group:
            return GROUP_TYPE
        return SUBSCRIPTION_TYPE if self.subscription else ""

    @property
    def name(self) -> str:
        """The last name."""
        return self.names[-1] if self.names else self.group or self.subscription

    @property
    def parent(self) -> ResourceId:
        """The resource this one is nested in, or its resource group."""
        if len(self.types) > 1:
            return replace(self, types=self.types[:-1], names=self.names[:-1])
        return self.group_id

    @property
    def group_id(self) -> ResourceId:
        return ResourceId(self.subscription, self.group)

    def sibling(self, resource_type: str, *names: str) -> ResourceId:
        """Return the id of another resource of the same group."""
        namespace, *types = resource_type.split("/")
        return replace(self, namespace=namespace, types=tuple(types), names=names)

    def spelled(self, resource_type: str) -> ResourceId:
        """Return this id with its type spelled as `resource_type` spells it."""
        if not self.types:
            return self
        namespace, *types = resource_type.split("/")
        return replace(self, namespace=namespace, types=tuple(types))

    def __str__(self) -> str:
        text = f"/subscriptions/{self.subscription}" if self.subscription else ""
        text += f"/resourceGroups/{self.group}" if self.group else ""
        text += f"/providers/{self.namespace}" if self.namespace else ""
        return text + "".join(f"/{kind}/{name}" for kind, name in zip(self.types, self.names, strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResourceId) and str(self).lower() == str(other).lower()

    def __hash__(self) -> int:
        return hash(str(self).lower())


@dataclass(frozen=True, slots=True)
class Target:
    """What a path points at: an id, and the word after it (`deallocate`, or a collection's type)."""

    id: ResourceId
    tail: str = ""


def parse(path: str) -> Target:
    """Split a request's path; a path that is no ARM id comes out as an empty id with a tail."""
    words = [word for word in path.split("/") if word]
    subscription, words = _take(words, "subscriptions")
    group, words = _take(words, "resourcegroups")
    namespace, words = _take(words, "providers")
    if len(words) > 1 and not namespace:
        namespace = "Microsoft.Resources"
    tail = words.pop() if len(words) % 2 else ""
    found = ResourceId(subscription, group, namespace, tuple(words[0::2]), tuple(words[1::2]))
    return Target(found, tail)


def parse_id(text: str) -> ResourceId:
    """Return the id in `text`. Raises ValueError when it is not the id of one resource."""
    target = parse(text)
    if target.tail or not target.id.subscription:
        raise ValueError(f"{text!r} is not a resource id")
    return target.id


def _take(words: list[str], key: str) -> tuple[str, list[str]]:
    if len(words) > 1 and words[0].lower() == key:
        return words[1], words[2:]
    return "", words
