"""Reading a page blob by a signed URL: HEAD, GET with a range, and Get Page Ranges over a sparse file."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from email.utils import formatdate
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from aib_airflow.emulator.cloud import Cloud
from aib_airflow.emulator.compute import grants, machine_views
from aib_airflow.emulator.identifiers import parse_id
from aib_airflow.emulator.storage.page_ranges import page_list, page_ranges

ACCOUNTS = {"disks", "bootdiagnostics"}
CHUNK = 1024 * 1024
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


def is_blob_path(path: str) -> bool:
    """Tell whether a request is for a blob."""
    return path.lstrip("/").partition("/")[0] in ACCOUNTS


def answer(cloud: Cloud, request: Request) -> Response:
    """Answer a request for a blob."""
    if request.method not in {"GET", "HEAD"}:
        message = f"The emulator does not support {request.method} on blobs: they are read only."
        return _failure(request, 501, "NotImplemented", message)
    account, _, rest = request.url.path.lstrip("/").partition("/")
    query = dict(request.query_params)
    if account == "bootdiagnostics":
        return _serial_log(cloud, request, rest, query)
    path = grants.readable_file(cloud, rest.partition("/")[0], query)
    if path is None:
        return _forbidden(request)
    if not path.is_file():
        return _failure(request, 404, "BlobNotFound", "The specified blob does not exist.")
    return _page_blob(request, path, query)


def _page_blob(request: Request, path: Path, query: Mapping[str, str]) -> Response:
    size = path.stat().st_size
    headers = _headers(request, path)
    wanted = request.headers.get("if-match")
    if wanted and wanted not in {"*", headers["ETag"]}:
        return _failure(request, 412, "ConditionNotMet", "The condition specified was not met.")
    text = request.headers.get("x-ms-range") or request.headers.get("range") or ""
    match = _RANGE.fullmatch(text)
    first = int(match[1]) if match else 0
    last = min(int(match[2]) if match and match[2] else size - 1, size - 1)
    if text and (match is None or first > last):
        message = "The range specified is invalid for the current size of the resource."
        return _failure(request, 416, "InvalidRange", message)
    if query.get("comp") == "pagelist":
        return _page_list(path, first, last, query, {**headers, "x-ms-blob-content-length": str(size)})
    if query.get("comp"):
        return _failure(
            request, 501, "NotImplemented", f"The emulator does not support comp={query['comp']}."
        )
    headers |= {"Content-Length": str(last - first + 1), "Content-Type": "application/octet-stream"}
    if match:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    status = 206 if match else 200
    if request.method == "HEAD":
        return Response(status_code=200, headers={**headers, "Content-Length": str(size)})
    return StreamingResponse(_read(path, first, last), status, headers)


def _page_list(
    path: Path, first: int, last: int, query: Mapping[str, str], headers: dict[str, str]
) -> Response:
    start = int(query.get("marker") or first)
    limit = int(query.get("maxresults") or 10_000)
    body = page_list(page_ranges(path, start, last), limit)
    return Response(body, 200, headers, "application/xml")


def _read(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def _serial_log(cloud: Cloud, request: Request, rest: str, query: Mapping[str, str]) -> Response:
    identity = rest.rpartition("/")[0]
    log = machine_views.serial_log(cloud, request.url.path, parse_id(identity), query) if identity else None
    if log is None:
        return _forbidden(request)
    headers = {**_common_headers(request), "x-ms-blob-type": "AppendBlob"}
    return Response(log, 200, headers, "text/plain; charset=utf-8")


def _headers(request: Request, path: Path) -> dict[str, str]:
    stat = path.stat()
    return {
        **_common_headers(request),
        "ETag": f'"0x{stat.st_mtime_ns:X}"',
        "Last-Modified": formatdate(stat.st_mtime, usegmt=True),
        "Accept-Ranges": "bytes",
        "x-ms-blob-type": "PageBlob",
        "x-ms-blob-sequence-number": "0",
        "x-ms-creation-time": formatdate(stat.st_mtime, usegmt=True),
        "x-ms-lease-state": "available",
        "x-ms-lease-status": "unlocked",
        "x-ms-server-encrypted": "true",
    }


def _common_headers(request: Request) -> dict[str, str]:
    version = request.headers.get("x-ms-version", "2018-03-28")
    return {"x-ms-request-id": str(uuid.uuid4()), "x-ms-version": version}


def _forbidden(request: Request) -> Response:
    message = (
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed "
        "correctly including the signature."
    )
    return _failure(request, 403, "AuthenticationFailed", message)


def _failure(request: Request, status: int, code: str, message: str) -> Response:
    headers = {**_common_headers(request), "x-ms-error-code": code}
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response("" if request.method == "HEAD" else body, status, headers, "application/xml")
