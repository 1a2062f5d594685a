"""`aib emulator`: serve an Azure on loopback until it is told to stop."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from aib_airflow.cli.errors import CommandError
from aib_airflow.emulator.base_images import catalogue
from aib_airflow.emulator.settings import SUBSCRIPTION_ID, Settings

if TYPE_CHECKING:
    from aib_airflow.emulator.server import Emulator

DEFAULT_STATE = Path(".aib", "emulator")
DEFAULT_CACHE = catalogue.default_cache()
EXTRA_MODULES = ("cryptography", "starlette", "uvicorn")
MAKE, LEAVE, ONLY = "make", "leave", "only"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `aib emulator`."""
    parser.description = (
        "Serve Azure Resource Manager, Entra tokens and page blobs on https://127.0.0.1, with real virtual machines "
        "behind them. How to connect is written to connection.json in the state folder."
    )
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument(
        "--state",
        type=Path,
        default=DEFAULT_STATE,
        metavar="DIR",
        help="resources, disks (default: %(default)s)",
    )
    parser.add_argument(
        "--cache", type=Path, default=DEFAULT_CACHE, metavar="DIR", help="base images (default: %(default)s)"
    )
    parser.add_argument(
        "--base-images",
        choices=(MAKE, LEAVE, ONLY),
        default=MAKE,
        help="make: when the marketplace is empty, make its Debian first (default); leave it; or make it and end",
    )
    parser.add_argument(
        "--subscription", default=SUBSCRIPTION_ID, metavar="ID", help="the one it has (default: %(default)s)"
    )
    parser.add_argument(
        "--retry-after",
        type=int,
        metavar="SECONDS",
        help="tell clients to look again so soon; Azure mostly does not",
    )
    parser.add_argument("--cpus", type=int, default=2, help="the most a machine gets (default: %(default)s)")
    parser.add_argument(
        "--memory",
        type=int,
        default=1024,
        metavar="MB",
        help="the most a machine gets (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    cache = options.cache.resolve()
    if options.base_images != LEAVE:
        make_base_image(cache, _say)
    if options.base_images == ONLY:
        return 0
    serve(
        Settings(
            state_dir=options.state.resolve(),
            cache_dir=cache,
            port=options.port,
            retry_after_s=options.retry_after,
            machine_cpus=options.cpus,
            machine_memory_mb=options.memory,
            subscription_id=options.subscription,
        )
    )
    return 0


def serve(settings: Settings) -> None:
    """Run the emulator in the foreground. Raises CommandError naming the extra that is not installed."""
    try:
        from aib_airflow.emulator import server
    except ModuleNotFoundError as error:
        if error.name not in EXTRA_MODULES:
            raise
        raise CommandError(
            f"the emulator needs the module {error.name}; install it with: pip install 'aib-airflow[emulator]'"
        ) from error
    server.serve(settings, ready=_say_where)


def make_base_image(cache: Path, report: Callable[[str], None]) -> None:
    """Make the marketplace's Debian unless there is an image; under a minute of work on two cores."""
    from aib_airflow.emulator.base_images import debian

    if not catalogue.list_images(cache):
        debian.build(cache, report)


def _say_where(emulator: Emulator) -> None:
    _say(f"Azure: {emulator.endpoint}; how to connect: {emulator.settings.state_dir / 'connection.json'}")


def _say(text: str) -> None:
    print(text, flush=True)
