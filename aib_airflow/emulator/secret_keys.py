"""The emulator's own secrets: made at the first start, kept in the state folder for its owner only."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from aib_airflow.emulator.files import read_json, write_json


@dataclass(frozen=True, slots=True)
class SecretKeys:
    """The client secret of the one service principal, and the key that signs tokens and SAS URLs."""

    client_secret: str = field(repr=False)
    signing_key: str = field(repr=False)

    def sign(self, text: str) -> bytes:
        """Return the HMAC-SHA256 of `text`."""
        return hmac.new(self.signing_key.encode(), text.encode(), hashlib.sha256).digest()


def load(state_dir: Path, client_secret: str = "") -> SecretKeys:
    """Return the secrets of a state folder; `client_secret`, when given, replaces the stored one."""
    path = state_dir / "secrets.json"
    try:
        stored = SecretKeys(**read_json(path))
    except FileNotFoundError:
        stored = SecretKeys(secrets.token_urlsafe(30), secrets.token_hex(32))
    keys = SecretKeys(client_secret or stored.client_secret, stored.signing_key)
    write_json(path, asdict(keys))
    return keys
