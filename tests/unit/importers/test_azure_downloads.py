"""Who is asked for a file, and with what."""

from __future__ import annotations

import pytest
from airflow.sdk.exceptions import AirflowFailException

from aib_airflow.azure.credentials import Account
from aib_airflow.azure.errors import DeniedError
from aib_airflow.importers import azure_downloads
from aib_airflow.importers.azure_downloads import DownloadError, download, is_blob

ACCOUNT = Account("s")
BLOB = "https://acct.blob.core.windows.net/scripts/a.sh"
SIGNED = f"{BLOB}?sv=1&sig=secret&snapshot=7"


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gives anything without a login."""

    def refuse(url: str) -> bytes:
        raise AirflowFailException(f"{url} answers 403: check the template's URI")

    monkeypatch.setattr(azure_downloads, "fetch", refuse)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (BLOB, True),
        (BLOB.upper(), True),
        ("https://acct.z12.blob.storage.azure.net/c/b", True),
        ("https://acct.blob.core.usgovcloudapi.net/c/b", True),
        (BLOB.replace("https", "http"), False),
        ("https://blob.core.windows.net.example.com/c/b", False),
        ("https://example.com/.blob.core.windows.net", False),
        ("https://me@example.com:443/x?.blob.core.windows.net", False),
        ("https://acct.blob.core.windows.net@example.com/c/b", False),
    ],
)
def test_only_azures_own_blob_stores_may_see_a_token(url: str, expected: bool) -> None:  # noqa: FBT001 - a parameter of a test
    """By TLS, and by the host alone."""
    assert is_blob(url) is expected


@pytest.mark.usefixtures("refused")
def test_a_blob_that_is_refused_is_asked_for_with_the_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the signature that did not do; the snapshot is still meant."""
    asked = []

    def read(url: str, _account: Account) -> bytes:
        asked.append(url)
        return b"content"

    monkeypatch.setattr(azure_downloads, "read_blob", read)
    assert download(SIGNED, ACCOUNT) == b"content"
    assert asked == [f"{BLOB}?snapshot=7"]


@pytest.mark.usefixtures("refused")
@pytest.mark.parametrize(
    "error", [DeniedError("AuthorizationPermissionMismatch:\nno"), ValueError("no blob in it")]
)
def test_both_reasons_are_told_on_one_line(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """What the URL alone gave, and what the identity gave."""

    def read(_url: str, _account: Account) -> bytes:
        raise error

    monkeypatch.setattr(azure_downloads, "read_blob", read)
    with pytest.raises(DownloadError, match="with the connection's identity: ") as caught:
        download(SIGNED, ACCOUNT)
    assert str(caught.value).startswith(f"{BLOB}?<sas> answers 403")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["ftp://example.com/a", "scripts/a.sh", "", "http://[broken/a", "http://\0/a", "https://"]
)
def test_a_url_that_is_none_is_told_as_such(url: str) -> None:
    """No traceback, whatever a template has there."""
    with pytest.raises(DownloadError):
        download(url, ACCOUNT)
