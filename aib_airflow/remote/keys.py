"""The keys of one build: the builder's own, and the machine's host key that is planted and pinned."""

from __future__ import annotations

import json
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BuildKeys:
    """Two Ed25519 pairs in OpenSSH form.

    The private halves are secrets: kept in Airflow's encrypted variables, never in XCom, task state or logs.
    """

    private_key: str = field(repr=False)
    public_key: str
    host_private_key: str = field(repr=False)
    host_public_key: str

    @classmethod
    def generate(cls) -> BuildKeys:
        """Make two new pairs."""
        import asyncssh

        user, host = (asyncssh.generate_private_key("ssh-ed25519", comment="") for _ in range(2))
        return cls(
            private_key=user.export_private_key().decode(),
            public_key=user.export_public_key().decode().strip(),
            host_private_key=host.export_private_key().decode(),
            host_public_key=host.export_public_key().decode().strip(),
        )

    def to_secret(self) -> str:
        """Return all four as one string, a secret."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def from_secret(cls, secret: str) -> BuildKeys:
        """Read what `to_secret` wrote."""
        return cls(**json.loads(secret))

    def cloud_config(self) -> str:
        """Return the cloud-init user data (customData) that plants the host key at first boot."""
        keys = {"ed25519_private": self.host_private_key, "ed25519_public": self.host_public_key}
        # JSON is YAML: nothing of a key can break out of it.
        return "#cloud-config\n" + json.dumps({"ssh_deletekeys": True, "ssh_keys": keys}) + "\n"
