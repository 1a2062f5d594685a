"""Scripts and files of a template in Azure: by their URL, and from private blobs with the connection's identity."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

import httpx
from airflow.sdk import conf
from airflow.sdk.exceptions import AirflowFailException

from aib_airflow.azure.credentials import Account
from aib_airflow.azure.errors import AzureError, translated
from aib_airflow.importers.azure_signatures import redact, without_signature
from aib_airflow.scripts import fetch

_BLOB_HOSTS = (
    ".blob.core.windows.net",
    ".blob.storage.azure.net",
    ".blob.core.usgovcloudapi.net",
    ".blob.core.chinacloudapi.cn",
)

# They write every URL into the log, with the signature in it.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)


class DownloadError(Exception):
    """A file cannot be had. The message names its URL, without any query."""


def download(url: str, account: Account) -> bytes:
    """Return what a URL of a template leads to. Raises DownloadError."""
    if not url.lower().startswith(("http://", "https://")):
        raise DownloadError(f"'{redact(url)}' is no http(s) URL")
    try:
        return fetch(url)
    except AirflowFailException as error:
        refusal = redact(str(error))
    except (ConnectionError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise DownloadError(redact(str(error))) from None
    if not is_blob(url):
        raise DownloadError(refusal)
    try:
        return read_blob(without_signature(url), account)
    except (AzureError, ValueError) as error:  # ValueError: the URL names no blob
        reason = redact(" ".join(str(error).split()))
        raise DownloadError(f"{refusal}; with the connection's identity: {reason}") from None


def is_blob(url: str) -> bool:
    """Tell whether the URL is one of Azure's own blob stores, over TLS: only they may see a token."""
    parts = urlsplit(url)
    return parts.scheme.lower() == "https" and (parts.hostname or "").lower().endswith(_BLOB_HOSTS)


@translated
def read_blob(url: str, account: Account) -> bytes:
    """Return a blob's content, read with the account's identity. Raises AzureError; DownloadError if it is large."""
    from azure.storage.blob import BlobClient

    limit_mb = conf.getint("aib", "max_download_mb")
    # One retry after a second: the SDK's own three take more than a minute, a file.
    settings: dict[str, Any] = {**account.transport, "retry_total": 1, "initial_backoff": 1}
    with BlobClient.from_blob_url(url, credential=account.credential(), **settings) as blob:
        stream = blob.download_blob()
        if stream.size > limit_mb * 1024 * 1024:
            raise DownloadError(f"{redact(url)} is larger than {limit_mb} MB: raise [aib] max_download_mb")
        return bytes(stream.readall())
