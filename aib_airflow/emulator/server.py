"""Starting and stopping an emulated Azure: in a test's own process, or in the foreground."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Any, Self

import uvicorn

from aib_airflow.emulator import certificates, secret_keys
from aib_airflow.emulator.app import build_app
from aib_airflow.emulator.base_images.catalogue import list_images
from aib_airflow.emulator.clock import Clock, SystemClock
from aib_airflow.emulator.cloud import Cloud, PlatformImage
from aib_airflow.emulator.compute import guests
from aib_airflow.emulator.compute.types import VIRTUAL_MACHINE
from aib_airflow.emulator.files import write_json
from aib_airflow.emulator.identifiers import ResourceId
from aib_airflow.emulator.machines.model import MachineError, MachineHost, PowerState
from aib_airflow.emulator.machines.qemu import QemuHost
from aib_airflow.emulator.operations import Operations
from aib_airflow.emulator.routing import Router
from aib_airflow.emulator.services import ROUTES, WORKS
from aib_airflow.emulator.settings import Settings
from aib_airflow.emulator.store import Store

log = logging.getLogger(__name__)

STOP_TIMEOUT_S = 10.0


class PortTakenError(Exception):
    """Another process listens on the port. The message names the port and the setting."""


class StateInUseError(Exception):
    """Another emulator runs on the state folder. The message names the folder and the setting."""


class _Server(uvicorn.Server):
    """Cuts the connections that clients keep open: a TLS goodbye that nobody answers takes 30 s."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            if connection.transport:
                connection.transport.abort()
        await super().shutdown(sockets)


class Emulator:
    """An emulated Azure on loopback, running for as long as the `with` block.

    Without `host`, machines are real ones under QEMU; without `platform_images`, the marketplace is the
    catalogue of base images in the cache folder.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        host: MachineHost | None = None,
        clock: Clock | None = None,
        platform_images: Callable[[], Sequence[PlatformImage]] | None = None,
    ) -> None:
        self.settings = settings
        settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.cloud = Cloud(
            settings=settings,
            store=Store(settings.state_dir),
            operations=Operations(settings.state_dir / "operations", WORKS),
            host=host or QemuHost(),
            clock=clock or SystemClock(),
            keys=secret_keys.load(settings.state_dir, settings.client_secret),
            platform_images=platform_images or partial(list_images, settings.cache_dir),
        )
        self._tls = certificates.ensure(settings.state_dir / "tls", self.cloud.clock.now())
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._held = contextlib.ExitStack()
        self.endpoint = ""

    @property
    def ca_bundle(self) -> str:
        """The path of the certificate that clients are to trust."""
        return str(self._tls.ca_bundle)

    def connection(self) -> dict[str, Any]:
        """Return what a client needs; the same is in `connection.json` of the state folder."""
        return {
            "tenant_id": self.settings.tenant_id,
            "client_id": self.settings.client_id,
            "client_secret": self.cloud.keys.client_secret,
            "subscription_id": self.settings.subscription_id,
            "endpoint": self.endpoint,
            "authority": self.endpoint,
            "ca_bundle": self.ca_bundle,
        }

    def __enter__(self) -> Self:
        """Listen, run interrupted operations again, and say where it is.

        Raises PortTakenError and StateInUseError.
        """
        with contextlib.ExitStack() as held:
            held.enter_context(_only_user_of(self.settings))
            listener = _listen(self.settings.port)
            self._held = held.pop_all()
        self.endpoint = f"https://127.0.0.1:{listener.getsockname()[1]}"
        self.cloud.operations.resume(self.cloud)
        self._server = _Server(self._config())
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="azure", daemon=True
        )
        self._thread.start()
        write_json(self.settings.state_dir / "connection.json", self.connection())
        log.info("Azure listens on %s", self.endpoint)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop listening, let operations end, and power off the machines: a host that is shut down."""
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(STOP_TIMEOUT_S)
        with contextlib.suppress(FileNotFoundError):
            (self.settings.state_dir / "connection.json").unlink()
        if not self.cloud.operations.join(STOP_TIMEOUT_S):
            log.warning("Operations are still running; the next start will run them again")
        self._power_off()
        self._held.close()

    def _config(self) -> uvicorn.Config:
        return uvicorn.Config(
            build_app(self.cloud, Router(ROUTES)),
            ssl_certfile=self._tls.server,
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            loop="asyncio",
            server_header=False,
            timeout_graceful_shutdown=2,
        )

    def _power_off(self) -> None:
        machines = self.cloud.store.of_type(VIRTUAL_MACHINE, ResourceId(self.settings.subscription_id))
        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(self._stop_machine, machines))

    def _stop_machine(self, vm: Any) -> None:
        try:
            if guests.power_state(self.cloud, vm) == PowerState.RUNNING:
                log.info("Powering off %s", vm.id)
                guests.machine_of(self.cloud, vm).stop(
                    timeout_s=min(self.settings.stop_timeout_s, STOP_TIMEOUT_S)
                )
        except MachineError as error:
            log.warning("Cannot power off %s: %s", vm.id, error)


def serve(settings: Settings, *, ready: Callable[[Emulator], None] | None = None) -> None:
    """Run an emulated Azure in the foreground until SIGTERM or SIGINT.

    `ready` is called once it listens. Raises MachineError when this host can run no machine, and
    PortTakenError or StateInUseError.
    """
    emulator = Emulator(settings)
    emulator.cloud.host.check()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with emulator:
        if ready:
            ready(emulator)
        stopped.wait()


@contextlib.contextmanager
def _only_user_of(settings: Settings) -> Iterator[None]:
    """Hold the state folder's lock. Raises StateInUseError."""
    with (settings.state_dir / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StateInUseError(
                f"Another emulator runs on {settings.state_dir}. Stop it, or choose another folder (setting "
                "`state_dir`)."
            ) from error
        yield


def _listen(port: int) -> socket.socket:
    """Return a listening socket: clients may connect from now on, even if the server needs a moment."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else an answer waits 40 ms for an ACK
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise PortTakenError(
            f"Cannot listen on 127.0.0.1:{port}: {error.strerror}. Stop the other process, or choose another "
            "port (setting `port`; 0 takes a free one)."
        ) from error
    return listener
