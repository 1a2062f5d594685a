"""A template put into the emulated Azure, imported through the real clients, and read again."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import http.server
import json
import logging
import os
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from aib_airflow import template
from aib_airflow.azure.credentials import Account
from aib_airflow.azure.errors import DeniedError
from aib_airflow.importers.azure import import_template
from aib_airflow.importers.azure_downloads import DownloadError, download, read_blob
from aib_airflow.importers.azure_ids import AzureImportError, TemplateId

API_VERSION = "2025-10-01"
SECRET = "c2VjcmV0c2lnbmF0dXJl"
SIGNATURE = f"?sv=2022-11-02&sig={SECRET}"
FILES = {
    "/setup.sh": b"echo setup\n",
    "/scripts/setup.sh": b"echo another\r\n",
    "/app.tar": b"\0\x01",
    "/check.sh": b"true\n",
}


@dataclasses.dataclass(frozen=True)
class Web:
    """A file server on loopback: `url`, and the requests it had, with their headers."""

    url: str
    requests: list[tuple[str, dict[str, str]]]


@contextlib.contextmanager
def serve(tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    """Serve FILES; what begins with /private needs a token, as a private blob does."""
    asked: list[tuple[str, dict[str, str]]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            path = self.path.partition("?")[0].removeprefix("/private")
            is_private = self.path.startswith("/private") and "Authorization" not in self.headers
            content = None if is_private else FILES.get(path)
            found = 206 if "x-ms-range" in self.headers else 200
            self.send_response(403 if is_private else found if content is not None else 404)
            self.send_header("Content-Range", f"bytes 0-{len(content or b'') - 1}/{len(content or b'')}")
            self.send_header("Content-Length", str(len(content or b"")))
            self.send_header("ETag", '"1"')
            self.send_header("x-ms-blob-type", "BlockBlob")
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Web(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}", asked)
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def web() -> Iterator[Web]:
    with serve() as server:
        yield server


@pytest.fixture
def arm_http(account: Account) -> Iterator[httpx.Client]:
    """Resource Manager without an SDK; paths are relative to the group `templates`."""
    token = account.credential().get_token(account.cloud.scope).token
    group = f"{account.cloud.endpoint}/subscriptions/{account.subscription_id}/resourceGroups/templates"
    with httpx.Client(
        base_url=group,
        headers={"authorization": f"Bearer {token}"},
        params={"api-version": API_VERSION},
        verify=ssl.create_default_context(cafile=account.ca_bundle),
    ) as client:
        client.put("", json={"location": "westus2"}).raise_for_status()
        yield client


@pytest.fixture
def body(account: Account, web: Web) -> dict[str, Any]:
    """A template with a script of each kind of place."""
    group = f"/subscriptions/{account.subscription_id}/resourceGroups/templates/providers"
    identity = f"{group}/Microsoft.ManagedIdentity/userAssignedIdentities/builder"
    gallery = f"{group}/Microsoft.Compute/galleries/corp/images/web"
    return {
        "location": "westus2",
        "tags": {"team": "web"},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}},
        "properties": {
            "source": {"type": "PlatformImage", "publisher": "Debian", "offer": "debian-12", "sku": "12", "version": "latest"},
            "customize": [
                {"type": "Shell", "name": "setup", "scriptUri": f"{web.url}/setup.sh{SIGNATURE}"},
                {"type": "Shell", "name": "again", "scriptUri": f"{web.url}/scripts/setup.sh"},
                {"type": "File", "name": "app", "sourceUri": f"{web.url}/app.tar", "destination": "/tmp/app.tar"},
                {"type": "Shell", "name": "inline", "inline": ["[ -d /opt ]", "[parameters('not mine')]", "echo <b>"]},
            ],
            "validate": {
                "inVMValidations": [{"type": "Shell", "name": "check", "scriptUri": f"{web.url}/check.sh"}]
            },
            "optimize": {"vmBoot": {"state": "Enabled"}},
            "vmProfile": {"vmSize": "Standard_D2s_v5", "osDiskSizeGB": 64},
            "buildTimeoutInMinutes": 90,
            "distribute": [
                {
                    "type": "SharedImage", "runOutputName": "gallery", "galleryImageId": gallery,
                    "artifactTags": {"a": "b"}, "targetRegions": [{"name": "westus2", "replicaCount": 2}],
                },
            ],
        },
    }  # fmt: skip


def put(client: httpx.Client, name: str, body: dict[str, Any]) -> TemplateId:
    """PUT a template, wait until it is provisioned, and return its id."""
    path = f"/providers/Microsoft.VirtualMachineImages/imageTemplates/{name}"
    reply = client.put(path, json=body)
    assert reply.status_code == 201, reply.text
    operation = reply.headers["Azure-AsyncOperation"]
    while client.get(operation, params={}).json()["status"] == "InProgress":
        time.sleep(0.05)
    return TemplateId.parse(reply.json()["id"])


def test_a_template_comes_back_as_it_was_put(
    account: Account, arm_http: httpx.Client, body: dict[str, Any], tmp_path: Path, web: Web
) -> None:
    """The same fields, its scripts beside it byte for byte, and the reader takes the file without a word."""
    imported = import_template(account, put(arm_http, "round", body), tmp_path / "web.json")
    expected = copy.deepcopy(body)
    steps = expected["properties"]["customize"]
    steps[0]["scriptUri"], steps[1]["scriptUri"] = "web.scripts/setup.sh", "web.scripts/setup-2.sh"
    steps[2]["sourceUri"] = "web.scripts/app.tar"
    expected["properties"]["validate"]["inVMValidations"][0]["scriptUri"] = "web.scripts/check.sh"
    kind = {
        "type": "Microsoft.VirtualMachineImages/imageTemplates",
        "apiVersion": API_VERSION,
        "name": "round",
    }
    assert json.loads(imported.file.read_text(encoding="utf-8")) == imported.document == kind | expected
    assert {path.name: path.read_bytes() for path in (tmp_path / "web.scripts").iterdir()} == {
        "setup.sh": FILES["/setup.sh"], "setup-2.sh": FILES["/scripts/setup.sh"],
        "app.tar": FILES["/app.tar"], "check.sh": FILES["/check.sh"],
    }  # fmt: skip
    assert imported.notes == ("left out, for Azure alone writes them: id, properties.provisioningState",)
    reading = template.read(imported.file, mode="strict")
    assert reading.faults == ()
    (read,) = reading.templates
    assert read.customize[3].inline == ("[ -d /opt ]", "[parameters('not mine')]", "echo <b>")
    assert web.requests[0][0] == f"/setup.sh{SIGNATURE}"


def test_no_signature_is_kept_said_or_logged(
    account: Account,
    arm_http: httpx.Client,
    body: dict[str, Any],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not of what was fetched, not of what was not, not of a URL inside a command."""
    caplog.set_level(logging.DEBUG)
    steps = body["properties"]["customize"]
    url = steps[2]["sourceUri"].removesuffix("/app.tar")
    steps[1]["scriptUri"] = f"{url}/gone.sh{SIGNATURE}"
    steps[3]["inline"] = [f"curl -o /tmp/x '{url}/x{SIGNATURE}'"]
    imported = import_template(account, put(arm_http, "signed", body), tmp_path / "web.json")
    assert imported.document["properties"]["customize"][1]["scriptUri"] == f"{url}/gone.sh"
    assert imported.document["properties"]["customize"][3]["inline"] == [f"curl -o /tmp/x '{url}/x'"]
    assert imported.notes[1] == (
        f"properties.customize[1].scriptUri stays a URL: {url}/gone.sh?<sas> answers 404: check the template's URI"
    )
    told = {note.partition(":")[0] for note in imported.notes if "is a secret and is left out" in note}
    assert told == {"properties.customize[1].scriptUri", "properties.customize[3].inline[0]"}
    logged = [record.getMessage() for record in caplog.records]
    assert SECRET not in "\n".join([*logged, *imported.notes, imported.file.read_text(encoding="utf-8")])


def test_a_failed_template_is_imported_with_what_azure_says_of_it(
    account: Account, arm_http: httpx.Client, body: dict[str, Any], tmp_path: Path
) -> None:
    """And with what the reader says, for the two are mended together."""
    body["properties"]["source"] = {"type": "ISO", "sourceUri": "https://example.com/x.iso"}
    body["properties"]["customize"] = []
    imported = import_template(account, put(arm_http, "failed", body), tmp_path / "web.json")
    assert (
        imported.notes[0]
        == "Azure has this template as Failed: 'source': Field 'type' has a bad value: 'ISO'"
    )
    assert any(note.startswith("web.json:") and "ISO" in note for note in imported.notes)


def test_a_private_blob_is_read_with_the_connections_identity(account: Account, tmp_path: Path) -> None:
    """The token goes to a blob's host over TLS, and what is asked for is the blob."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(Path(str(account.ca_bundle)).with_name("server.pem"))
    with serve(tls) as storage:
        assert read_blob(f"{storage.url}/private/scripts/setup.sh", account) == FILES["/scripts/setup.sh"]
        path, headers = storage.requests[-1]
        assert (path, headers["authorization"].split()[0]) == ("/private/scripts/setup.sh", "Bearer")
        wrong = dataclasses.replace(account, client_secret="wrong")
        with pytest.raises(DeniedError, match="AADSTS7000215"):
            read_blob(f"{storage.url}/private/scripts/setup.sh", wrong)


def test_no_token_goes_to_a_host_that_is_no_blob_store(account: Account, web: Web) -> None:
    """Whoever writes a template chooses its URLs."""
    with pytest.raises(DownloadError, match=r"/private/setup.sh\?<sas> answers 403"):
        download(f"{web.url}/private/setup.sh?a=b", account)
    assert [headers.get("authorization") for _, headers in web.requests] == [None]
    with pytest.raises(DownloadError, match="is no http"):
        download("file:///etc/passwd", account)


def test_what_cannot_be_imported_is_one_line(
    account: Account, arm_http: httpx.Client, tmp_path: Path
) -> None:
    """Not there, no such subscription, no right: each says where and what to do."""
    missing = TemplateId(account.subscription_id, "templates", "none")
    cases = [
        (account, missing, r"none: ResourceNotFound: .* was not found; check the id"),
        (account, dataclasses.replace(missing, group="no"), r"ResourceGroupNotFound: .*; check the id"),
        (account, TemplateId("0-0", "g", "x"), r"SubscriptionNotFound: .*; check the id"),
        (
            dataclasses.replace(account, client_secret="wrong"),
            missing,
            "AADSTS7000215: .*; check the connection's tenant, client and secret",
        ),
    ]
    for who, what, complaint in cases:
        with pytest.raises(AzureImportError, match=complaint) as caught:
            import_template(who, what, tmp_path / "web.json")
        assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_and_scripts_lie_below_the_template(
    account: Account, arm_http: httpx.Client, tmp_path: Path
) -> None:
    """The reader takes no script from elsewhere."""
    identity = TemplateId(account.subscription_id, "templates", "none")
    (tmp_path / "web.json").write_text("mine", encoding="utf-8")
    with pytest.raises(AzureImportError, match="is there already; give another --output-file"):
        import_template(account, identity, tmp_path / "web.json")
    with pytest.raises(AzureImportError, match="lie beside it, or deeper"):
        import_template(account, identity, tmp_path / "new.json", tmp_path.parent / "elsewhere")


def test_the_command_imports_through_an_airflow_connection(
    account: Account, arm_http: httpx.Client, body: dict[str, Any], tmp_path: Path
) -> None:
    """One JSON object on stdout, whatever Airflow has to say; a wrong name is one line and exit 1."""
    identity = put(arm_http, "command", body)
    extra = {
        "tenantId": account.tenant_id, "subscriptionId": account.subscription_id, "ca_bundle": account.ca_bundle,
        "endpoint": account.cloud.endpoint, "authority": account.cloud.authority,
    }  # fmt: skip
    connection = {
        "conn_type": "azure",
        "login": account.client_id,
        "password": account.client_secret,
        "extra": extra,
    }
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path / "home"),
        "AIRFLOW_CONN_CORP": json.dumps(connection),
    }

    def aib(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "aib_airflow.cli", "import", "azure", str(identity), *words]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    ended = aib("--connection", "corp", "--output", "json", "--scripts", "files")
    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)
    assert (document["file"], document["scripts"][0]) == ("command.json", "files/setup.sh")
    assert document["template"]["properties"]["customize"][0]["scriptUri"] == "files/setup.sh"
    assert document["notes"] == ["left out, for Azure alone writes them: id, properties.provisioningState"]
    assert template.read(tmp_path / "command.json").ok
    wrong = aib("--connection", "nobody", "--output-file", "x.json")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr.splitlines()[-1].startswith(
        "aib: error: there is no connection 'nobody'; add it with"
    )
    assert "Traceback" not in wrong.stderr
