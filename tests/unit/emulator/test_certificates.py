"""The throw-away authority and the server's certificate."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from cryptography import x509
from cryptography.x509 import verification

from aib_airflow.emulator import certificates

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


def test_the_chain_stands_up_to_strict_verification(tmp_path: Path) -> None:
    """Python 3.13 verifies by RFC 5280's letter."""
    files = certificates.ensure(tmp_path, NOW)
    ca = x509.load_pem_x509_certificate(files.ca_bundle.read_bytes())
    leaf = x509.load_pem_x509_certificates(files.server.read_bytes())[0]
    builder = verification.PolicyBuilder().store(verification.Store([ca])).time(NOW)
    verifier = builder.build_server_verifier(verification.DNSName("localhost"))
    assert verifier.verify(leaf, []) == [leaf, ca]


def test_the_authoritys_key_is_not_kept(tmp_path: Path) -> None:
    """One private key is on disk, the server's, and only its owner may read it."""
    files = certificates.ensure(tmp_path, NOW)
    texts = [path.read_text() for path in tmp_path.iterdir()]
    assert sum(text.count("BEGIN PRIVATE KEY") for text in texts) == 1
    assert {path.stat().st_mode & 0o777 for path in (files.server, files.ca_bundle)} == {0o600}


def test_a_restart_keeps_the_certificate_until_it_is_about_to_expire(tmp_path: Path) -> None:
    """Clients that hold the CA go on; near the end all is made anew."""
    first = certificates.ensure(tmp_path, NOW).server.read_bytes()
    assert certificates.ensure(tmp_path, NOW + dt.timedelta(days=80)).server.read_bytes() == first
    assert certificates.ensure(tmp_path, NOW + dt.timedelta(days=84)).server.read_bytes() != first
