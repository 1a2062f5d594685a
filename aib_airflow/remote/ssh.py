"""Remote jobs over SSH, with the machine's host key pinned.

Nothing of the worker's own SSH set-up (configuration, agent, known hosts) takes part.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import secrets
import shlex
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import asyncssh
from airflow.providers.ssh.utils.remote_job import (
    RemoteJobPaths,
    build_posix_completion_check_command,
    build_posix_kill_command,
    build_posix_log_tail_command,
    build_posix_wrapper_command,
)

from aib_airflow.remote.job import BASE_DIR, ConnectionLostError, HostKeyError, Job, JobStatus, RemoteError

CHUNK_BYTES = 256 * 1024
COMMAND_TIMEOUT_S = 60
# QEMU's user network accepts a connection before the guest listens and resets it after 20 s.
LOGIN_TIMEOUT_S = 5

# At INFO it writes six lines a command into the task's log.
asyncssh.set_log_level(logging.WARNING)


@dataclass(frozen=True, slots=True)
class SshTarget:
    """Where a build machine answers, and how to know that it is the one."""

    host: str
    username: str
    host_key: str
    private_key: str = field(repr=False)
    port: int = 22


@contextlib.asynccontextmanager
async def connect(target: SshTarget) -> AsyncIterator[SshCommunicator]:
    """Open a connection. Raises ConnectionLostError when nothing answers, HostKeyError when another does."""
    try:
        connection = await asyncssh.connect(
            target.host,
            target.port,
            username=target.username,
            client_keys=[asyncssh.import_private_key(target.private_key)],
            known_hosts=asyncssh.import_known_hosts(f"* {target.host_key}"),
            config=None,
            agent_path=None,
            connect_timeout=LOGIN_TIMEOUT_S,
            login_timeout=LOGIN_TIMEOUT_S,
            keepalive_interval=15,
        )
    except asyncssh.HostKeyNotVerifiable as error:
        raise HostKeyError(
            f"{target.host} shows a host key that is not the one planted at its creation: "
            f"another machine answers there ({error})"
        ) from error
    except (OSError, asyncssh.Error, TimeoutError) as error:
        raise ConnectionLostError(f"SSH to {target.host}: {_reason(error)}") from error
    async with connection:
        yield SshCommunicator(connection, target.host)


class SshCommunicator:
    """Remote jobs on a machine with a POSIX shell."""

    def __init__(self, connection: asyncssh.SSHClientConnection, host: str) -> None:
        self._connection = connection
        self._host = host

    async def run(self, command: str, stdin: bytes = b"") -> bytes:
        """Run a short command and return its output. Raises RemoteError unless it exits with 0."""
        # asyncssh closes the command's standard input only behind some input.
        feed = {"input": stdin} if stdin else {"stdin": asyncssh.DEVNULL}
        try:
            done = await self._connection.run(
                command, **feed, encoding=None, timeout=COMMAND_TIMEOUT_S, check=False
            )
        except (OSError, asyncssh.Error, TimeoutError) as error:
            raise ConnectionLostError(f"SSH to {self._host}: {_reason(error)}") from error
        if done.exit_status is None:
            raise ConnectionLostError(f"SSH to {self._host}: the connection dropped during a command")
        if done.exit_status != 0:
            stderr = _bytes(done.stderr).decode(errors="replace").strip()
            raise RemoteError(
                f"{self._host}: {command.split(maxsplit=1)[0]} exited with {done.exit_status}: {stderr}"
            )
        return _bytes(done.stdout)

    async def upload(self, content: bytes, path: str, *, mode: int = 0o644) -> None:
        """Write a file and verify its checksum on the machine. Raises RemoteError when they differ."""
        await self.run(_receive(content, path, mode), content)

    async def start(self, job: Job) -> None:
        """Start the job unless it was started before: upload, check and start in one command."""
        paths = _paths(job.id)
        script = f"{paths.base_dir}/{job.id}.script"
        command = f"sudo -n -- {shlex.quote(script)}" if job.sudo else shlex.quote(script)
        wrapper = build_posix_wrapper_command(command, paths, dict(job.env))
        steps = [
            f"mkdir -p -m 0755 {shlex.quote(BASE_DIR)} || exit",
            f"{_receive(job.script, script, 0o755)} || exit",
            # mkdir is the claim: of two attempts at once, or of one repeated, exactly one starts the script.
            f"mkdir {shlex.quote(paths.job_dir + '.claim')} 2>/dev/null || exit 0",
            wrapper,
        ]
        await self.run("bash -c " + shlex.quote("\n".join(steps)), job.script)

    async def poll(self, job_id: str, offset: int) -> JobStatus:
        """Read what the job has written since `offset` bytes, and whether it ended."""
        paths = _paths(job_id)
        ended = build_posix_completion_check_command(paths.exit_code_file)
        tail = build_posix_log_tail_command(paths.log_file, offset, CHUNK_BYTES)
        # The exit code is read first: what the log holds then is all of it.
        answer = await self.run(f"{ended}; echo; {tail}")
        code, _, output = answer.partition(b"\n")
        is_full = len(output) == CHUNK_BYTES
        return JobStatus(output, int(code) if code.isdigit() and not is_full else None, is_full)

    async def stop(self, job_id: str) -> None:
        """End the job and all it has started."""
        await self.run(f"sudo -n sh -c {shlex.quote(build_posix_kill_command(_paths(job_id).pid_file))}")


def _receive(content: bytes, path: str, mode: int) -> str:
    """Return the command that writes its input to a file, unless the checksum says that it is damaged."""
    # A name of its own: two attempts at once must not write into each other's file.
    target, part = shlex.quote(path), shlex.quote(f"{path}.{secrets.token_hex(4)}")
    digest = hashlib.sha256(content).hexdigest()
    complain = f"echo {target} arrived damaged, its sha256 is not {digest}: try again >&2; false"
    return (
        f"cat > {part} && {{ test \"$(sha256sum < {part})\" = '{digest}  -' || {{ {complain}; }}; }}"
        f" && chmod {mode:o} {part} && mv -f {part} {target}"
    )


def _paths(job_id: str) -> RemoteJobPaths:
    return RemoteJobPaths(job_id, "posix", BASE_DIR)


def _bytes(output: bytes | str | None) -> bytes:
    return output.encode() if isinstance(output, str) else output or b""


def _reason(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
