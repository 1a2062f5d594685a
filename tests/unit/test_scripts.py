"""The bytes of scripts and files."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowFailException

from aib_airflow.scripts import read_file, read_script
from aib_airflow.template.scripts import ScriptSource

CONTENT = b"#!/bin/sh\r\necho hello\r\n"


class Site(http.server.BaseHTTPRequestHandler):
    """A web site with a script, a redirect to a file, and something too large."""

    def do_GET(self) -> None:
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "https://127.0.0.1:1/script.sh")
            self.end_headers()
            return
        found = self.path == "/script.sh"
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(CONTENT if found else b"")

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_inline_text_is_the_script() -> None:
    """Nothing is added here: the template's reader has done it."""
    assert read_script(ScriptSource(text="echo\n")) == b"echo\n"


def test_a_script_gets_unix_line_ends_and_a_file_keeps_its_own(tmp_path: Path) -> None:
    """As Image Builder does by Packer."""
    (tmp_path / "x").write_bytes(CONTENT)
    assert read_script(ScriptSource(path=tmp_path / "x")) == CONTENT.replace(b"\r\n", b"\n")
    assert read_file(ScriptSource(path=tmp_path / "x")) == CONTENT


def test_a_url_is_downloaded_and_its_checksum_enforced(site: str) -> None:
    """sha256Checksum is of the file as it comes."""
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert read_file(ScriptSource(url=f"{site}/script.sh", sha256=digest)) == CONTENT
    with pytest.raises(AirflowFailException, match=f"{digest}.*sha256Checksum says 00"):
        read_file(ScriptSource(url=f"{site}/script.sh", sha256="00"))


@pytest.mark.parametrize(("path", "words"), [("/missing", "404"), ("/elsewhere", "scheme")])
def test_a_url_that_cannot_be_used_says_why(site: str, path: str, words: str) -> None:
    """A wrong address, and a redirect out of the scheme."""
    with pytest.raises(AirflowFailException, match=words):
        read_file(ScriptSource(url=site + path))


def test_a_site_that_does_not_answer_is_worth_another_try() -> None:
    """ConnectionError is retried by Airflow, unlike what is wrong in the template."""
    with pytest.raises(ConnectionError, match="uri_mirror"):
        read_file(ScriptSource(url="http://127.0.0.1:1/x"))


def test_a_mirror_stands_for_a_site(tmp_path: Path, monkeypatch) -> None:
    """The longest prefix counts; nothing outside the folder can be named."""
    (tmp_path / "a b").write_bytes(b"mirrored")
    mirror = {"https://example.org/": "/nowhere", "https://example.org/repo/": str(tmp_path)}
    monkeypatch.setenv("AIRFLOW__AIB__URI_MIRROR", json.dumps(mirror))
    assert read_file(ScriptSource(url="https://example.org/repo/a%20b?raw=1")) == b"mirrored"
    with pytest.raises(AirflowFailException, match="leads out"):
        read_file(ScriptSource(url="https://example.org/repo/../../etc/passwd"))
