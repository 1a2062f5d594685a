"""Shared access signatures: secrets in URLs, which neither a file nor a message may show.

Rule: URLs are cut, not parsed, for a script's text may hold anything that looks like one.
"""

from __future__ import annotations

import re

MARK = "<sas>"
_URL = re.compile(r"https?://[^\s\"'`<>]+", re.IGNORECASE)
_SIGNATURE = re.compile(r"[?&;]sig=", re.IGNORECASE)
# What names the blob; all else in the query of a signed URL belongs to the signature.
_KEPT = ("snapshot=", "versionid=")


def without_signature(url: str) -> str:
    """Return the URL without its signature, if it has one; `snapshot` and `versionid` stay."""
    if not _SIGNATURE.search(url):
        return url
    base, _, query = url.partition("?")
    kept = "&".join(field for field in query.split("&") if field.lower().startswith(_KEPT))
    return f"{base}?{kept}" if kept else base


def strip(text: str) -> str:
    """Return the text with all URLs in it without their signatures."""
    return _URL.sub(lambda match: without_signature(match[0]), text)


def redact(text: str) -> str:
    """Return the text with `<sas>` for the query of every URL in it: any query may be a secret."""
    return _URL.sub(lambda match: _redacted(match[0]), text)


def _redacted(url: str) -> str:
    base, mark, _ = url.partition("?")
    return f"{base}?{MARK}" if mark else url
