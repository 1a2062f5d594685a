"""Remote jobs over real SSH and a real shell, against a server on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest

from aib_airflow.remote import ssh
from aib_airflow.remote.job import ConnectionLostError, HostKeyError, Job, RemoteError
from aib_airflow.remote.keys import BuildKeys

pytestmark = pytest.mark.skipif(
    shutil.which("setsid") is None, reason="no setsid: apt-get install util-linux"
)


async def _run_shell(process: asyncssh.SSHServerProcess[bytes]) -> None:
    """Run what the client asks for, as sshd does."""
    shell = await asyncio.create_subprocess_exec(
        "/bin/sh", "-c", process.command or "",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    stdout, stderr = await shell.communicate(await process.stdin.read())
    process.stdout.write(stdout)
    process.stderr.write(stderr)
    await process.stdout.drain()
    process.exit(shell.returncode or 0)


@pytest.fixture(scope="module")
def keys() -> BuildKeys:
    return BuildKeys.generate()


@pytest.fixture
async def target(keys: BuildKeys, tmp_path: Path, monkeypatch) -> AsyncIterator[ssh.SshTarget]:
    """A machine: an SSH server with the planted host key, that knows the build's key only."""
    monkeypatch.setattr(ssh, "BASE_DIR", str(tmp_path / "jobs"))
    server = await asyncssh.listen(
        "127.0.0.1", 0,
        server_host_keys=[asyncssh.import_private_key(keys.host_private_key)],
        authorized_client_keys=asyncssh.import_authorized_keys(keys.public_key),
        process_factory=_run_shell, encoding=None,
    )  # fmt: skip
    yield ssh.SshTarget("127.0.0.1", "builder", keys.host_public_key, keys.private_key, server.get_port())
    server.close()
    await server.wait_closed()


async def follow(machine: ssh.SshCommunicator, job_id: str) -> tuple[bytes, int]:
    """Poll a job to its end, as the trigger does."""
    output = b""
    async with asyncio.timeout(20):
        while True:
            status = await machine.poll(job_id, len(output))
            output += status.output
            if status.exit_code is not None:
                return output, status.exit_code
            await asyncio.sleep(0.05)


async def test_a_job_tells_its_output_and_exit_code(target) -> None:
    """Output comes whole, in order, stderr with it."""
    job = Job("one", b"#!/bin/sh -e\necho out\necho err >&2\necho $GREETING\nexit 3\n", {"GREETING": "it's"})
    async with ssh.connect(target) as machine:
        await machine.start(job)
        assert await follow(machine, "one") == (b"out\nerr\nit's\n", 3)


async def test_a_job_started_twice_runs_once(target, tmp_path) -> None:
    """Another attempt finds the first one's job, over another connection."""
    job = Job("once", f"#!/bin/sh\necho x >> {tmp_path}/count\n".encode())
    for _ in range(3):
        async with ssh.connect(target) as machine:
            await machine.start(job)
            assert (await follow(machine, "once"))[1] == 0
    assert (tmp_path / "count").read_text() == "x\n"


async def test_two_attempts_at_once_start_one_job(target, tmp_path) -> None:
    """The claim is atomic."""
    job = Job("race", f"#!/bin/sh\necho x >> {tmp_path}/count\n".encode())

    async def attempt() -> None:
        async with ssh.connect(target) as machine:
            await machine.start(job)
            await follow(machine, "race")

    await asyncio.gather(*(attempt() for _ in range(4)))
    assert (tmp_path / "count").read_text() == "x\n"


async def test_a_job_outlives_its_connection(target, tmp_path) -> None:
    """A dropped connection changes nothing."""
    job = Job("long", f"#!/bin/sh\nwhile [ ! -e {tmp_path}/go ]; do sleep 0.05; done\necho done\n".encode())
    async with ssh.connect(target) as machine:
        await machine.start(job)
        assert (await machine.poll("long", 0)).exit_code is None
    (tmp_path / "go").touch()
    async with ssh.connect(target) as machine:
        assert await follow(machine, "long") == (b"done\n", 0)


async def test_output_is_read_by_offset(target) -> None:
    """Nothing is read twice and nothing is lost, however large."""
    job = Job("large", b"#!/bin/sh\nseq 1 100000\n")
    async with ssh.connect(target) as machine:
        await machine.start(job)
        output, code = await follow(machine, "large")
    assert code == 0
    assert output.split() == [str(n).encode() for n in range(1, 100001)]


@pytest.mark.parametrize("content", [bytes(range(256)) * 5000, b""])
async def test_an_upload_arrives_whole(content, target, tmp_path) -> None:
    """Bytes of every kind, mode included; also none at all."""
    async with ssh.connect(target) as machine:
        await machine.upload(content, f"{tmp_path}/it's here", mode=0o640)
    arrived = tmp_path / "it's here"
    assert arrived.read_bytes() == content
    assert arrived.stat().st_mode & 0o777 == 0o640


async def test_an_upload_into_a_missing_folder_says_so(target, tmp_path) -> None:
    """Image Builder's rule: folders must exist."""
    async with ssh.connect(target) as machine:
        with pytest.raises(RemoteError, match="nowhere"):
            await machine.upload(b"x", f"{tmp_path}/nowhere/x")


async def test_another_machine_in_its_place_is_refused(target) -> None:
    """The planted host key is the only one accepted."""
    other = BuildKeys.generate()
    imposter = ssh.SshTarget(
        target.host, target.username, other.host_public_key, target.private_key, target.port
    )
    with pytest.raises(HostKeyError, match="another machine"):
        async with ssh.connect(imposter):
            pass


async def test_a_machine_that_does_not_answer_may_answer_later(target) -> None:
    """Nothing listens, or nothing speaks SSH: both are worth another look."""
    closed = ssh.SshTarget("127.0.0.1", "builder", target.host_key, target.private_key, 1)
    with pytest.raises(ConnectionLostError):
        async with ssh.connect(closed):
            pass


async def test_a_silent_machine_is_given_up_soon(target, monkeypatch) -> None:
    """QEMU's user network accepts before the guest listens: the banner's time-out must be short."""
    monkeypatch.setattr(ssh, "LOGIN_TIMEOUT_S", 0.2)

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    silent = ssh.SshTarget(
        "127.0.0.1", "builder", target.host_key, target.private_key, server.sockets[0].getsockname()[1]
    )
    with pytest.raises(ConnectionLostError):
        async with ssh.connect(silent):
            pass
    server.close()
