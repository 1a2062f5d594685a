"""The bytes of the scripts and files that a template names: inline, beside it, behind a URL, or in a mirror."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.sdk import conf
from airflow.sdk.exceptions import AirflowFailException

if TYPE_CHECKING:
    from aib_airflow.template.scripts import ScriptSource

DOWNLOAD_TIMEOUT_S = 60


def read_script(source: ScriptSource) -> bytes:
    """Return a script with Unix line ends, as Image Builder runs it. Raises AirflowFailException."""
    return read_file(source).replace(b"\r\n", b"\n")


def read_file(source: ScriptSource) -> bytes:
    """Return a file as it is. Raises AirflowFailException naming file or URL when it cannot be had or differs."""
    if source.text is not None:
        return source.text.encode()
    content = _read(source.path) if source.path is not None else fetch(str(source.url))
    _verify(content, source.sha256, str(source.path or source.url))
    return content


def fetch(url: str) -> bytes:
    """Download a URL, or read it from `[aib] uri_mirror`."""
    if (mirrored := _mirrored(url)) is not None:
        return _read(mirrored)
    return _download(url, conf.getint("aib", "max_download_mb") * 1024 * 1024)


def _mirrored(url: str) -> Path | None:
    try:
        mirror: dict[str, str] = json.loads(conf.get("aib", "uri_mirror") or "{}")
    except ValueError as error:
        raise AirflowFailException(f"[aib] uri_mirror is not a JSON object: {error}") from error
    for prefix, folder in sorted(mirror.items(), key=lambda item: -len(item[0])):
        if url.startswith(prefix):
            root = Path(folder).resolve()
            path = (root / url.removeprefix(prefix).partition("?")[0].lstrip("/")).resolve()
            if not path.is_relative_to(root):
                raise AirflowFailException(f"{url} leads out of its mirror {root}")
            return path
    return None


def _download(url: str, limit_bytes: int) -> bytes:
    import httpx

    chunks: list[bytes] = []
    size = 0
    try:
        with httpx.stream("GET", url, timeout=DOWNLOAD_TIMEOUT_S, follow_redirects=True) as response:
            if response.url.scheme != httpx.URL(url).scheme:
                raise AirflowFailException(f"{url} redirects to {response.url}: another scheme is refused")
            response.raise_for_status()
            for chunk in response.iter_bytes():
                size += len(chunk)
                if size > limit_bytes:
                    raise AirflowFailException(
                        f"{url} is larger than {limit_bytes >> 20} MB: raise [aib] max_download_mb"
                    )
                chunks.append(chunk)
    except httpx.HTTPStatusError as error:
        raise AirflowFailException(
            f"{url} answers {error.response.status_code}: check the template's URI"
        ) from error
    except httpx.TransportError as error:
        raise ConnectionError(
            f"{url} cannot be reached ({error}); [aib] uri_mirror can give it locally"
        ) from error
    return b"".join(chunks)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AirflowFailException(
            f"{path} cannot be read: {error.strerror}; the template names it"
        ) from error


def _verify(content: bytes, sha256: str | None, name: str) -> None:
    if sha256 and (found := hashlib.sha256(content).hexdigest()) != sha256:
        raise AirflowFailException(
            f"{name} has the sha256 {found}, the template's sha256Checksum says {sha256}: "
            "one of the two has changed"
        )
