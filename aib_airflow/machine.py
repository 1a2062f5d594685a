"""The build machine as the stages after `provision` know it: an address, a pinned key, the name of a secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Self

from airflow.sdk import Variable

if TYPE_CHECKING:
    from aib_airflow.remote.keys import BuildKeys
    from aib_airflow.remote.ssh import SshTarget

ADMIN_USERNAME = "imagebuilder"


def secret_name(build_id: str) -> str:
    """Return the name of the Airflow variable that holds a build's keys.

    Variables are encrypted at rest, and Airflow redacts one named `..private_key..` in its UI and API.
    """
    return f"aib_private_key_{build_id}"


@dataclass(frozen=True, slots=True)
class BuildMachine:
    """Where a build's machine answers. Holds no secret, so it may travel between tasks."""

    address: str
    username: str
    host_key: str
    secret: str

    def to_json(self) -> dict[str, str]:
        """Return what `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> Self:
        """Read what `to_json` wrote."""
        return cls(**data)

    def target(self) -> SshTarget:
        """Add the private key. Raises KeyError-like AirflowRuntimeError when `close_build` has removed it."""
        from aib_airflow.remote.ssh import SshTarget

        keys = load_keys(self.secret)
        return SshTarget(self.address, self.username, self.host_key, keys.private_key)

    async def atarget(self) -> SshTarget:
        """Add the private key, from a trigger."""
        from asgiref.sync import sync_to_async

        return await sync_to_async(self.target)()


def load_keys(secret: str) -> BuildKeys:
    """Read a build's keys."""
    from aib_airflow.remote.keys import BuildKeys

    return BuildKeys.from_secret(Variable.get(secret))


def ensure_keys(secret: str) -> BuildKeys:
    """Read a build's keys, or make them: a second attempt uses those of the first."""
    from aib_airflow.remote.keys import BuildKeys

    existing = Variable.get(secret, default=None)
    if existing is not None:
        return BuildKeys.from_secret(existing)
    keys = BuildKeys.generate()
    Variable.set(
        secret, keys.to_secret(), description="Keys of a build in progress; close_build removes them"
    )
    return keys


def forget_keys(secret: str) -> None:
    """Remove a build's keys."""
    Variable.delete(secret)
