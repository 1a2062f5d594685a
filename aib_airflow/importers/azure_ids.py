"""The ARM id of an image template."""

from __future__ import annotations

import re
from dataclasses import dataclass

TYPE = "Microsoft.VirtualMachineImages/imageTemplates"
_FORM = f"/subscriptions/ID/resourceGroups/GROUP/providers/{TYPE}/NAME"
_RESOURCE = re.compile(
    r"/subscriptions/(?P<subscription>[0-9A-Za-z-]+)/resourceGroups/(?P<group>[\w.()-]+)"
    r"/providers/(?P<namespace>[A-Za-z.]+)/(?P<type>\w+)/(?P<name>[A-Za-z0-9_.-]{1,64})(?P<rest>(/[^/]+)*)/?",
    re.IGNORECASE,
)


class AzureImportError(Exception):
    """A template cannot be imported. The message says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class TemplateId:
    """One image template of a subscription."""

    subscription: str
    group: str
    name: str

    @classmethod
    def parse(cls, text: str) -> TemplateId:
        """Read an id. Raises AzureImportError when it is none, or another resource's."""
        match = _RESOURCE.fullmatch(text.strip())
        if match is None:
            raise AzureImportError(f"{text!r} is no id of an image template; give {_FORM}")
        kind = f"{match['namespace']}/{match['type']}"
        if kind.lower() != TYPE.lower() or match["rest"]:
            raise AzureImportError(f"{text!r} is no image template but something of {kind}; give {_FORM}")
        return cls(match["subscription"], match["group"], match["name"])

    def __str__(self) -> str:
        """Write it as ARM does."""
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}/providers/{TYPE}/{self.name}"
