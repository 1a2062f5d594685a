"""The bytes of the scripts and files that a template names: inline, beside it, behind a URL, or in a mirror."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from airflow.sdk import conf
from airflow.sdk.exceptions import AirflowFailException

from aib_airflow.template.scripts import unix_lines

if TYPE_CHECKING:
    import httpx

    from aib_airflow.template.scripts import ScriptSource

DOWNLOAD_TIMEOUT_S = 60
MAX_REDIRECTS = 5


def read_script(source: ScriptSource) -> bytes:
    """Return a script with Unix line ends, as Image Builder runs it. Raises AirflowFailException."""
    return unix_lines(read_file(source))


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
            path = (root / unquote(url.removeprefix(prefix).partition("?")[0]).lstrip("/")).resolve()
            if not path.is_relative_to(root):
                raise AirflowFailException(f"{url} leads out of its mirror {root}")
            return path
    return None


def _download(url: str, limit_bytes: int) -> bytes:
    import httpx

    try:
        with httpx.Client(timeout=DOWNLOAD_TIMEOUT_S) as client:
            request = client.build_request("GET", url)
            for _ in range(MAX_REDIRECTS):
                response = client.send(request, stream=True)
                with contextlib.closing(response):
                    if response.next_request is None:
                        return _body(response.raise_for_status(), limit_bytes)
                request = response.next_request
                if request.url.scheme != response.url.scheme:
                    raise AirflowFailException(f"{url} redirects to {request.url}: another scheme is refused")
    except httpx.HTTPStatusError as error:
        raise AirflowFailException(
            f"{url} answers {error.response.status_code}: check the template's URI"
        ) from error
    except httpx.TransportError as error:
        raise ConnectionError(
            f"{url} cannot be reached ({error}); [aib] uri_mirror can give it locally"
        ) from error
    raise AirflowFailException(f"{url} redirects more than {MAX_REDIRECTS} times")


def _body(response: httpx.Response, limit_bytes: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > limit_bytes:
            raise AirflowFailException(
                f"{response.url} is larger than {limit_bytes >> 20} MB: raise [aib] max_download_mb"
            )
    return bytes(body)


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
