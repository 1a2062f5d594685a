"""`aib emulator`: serve an Azure on loopback until it is told to stop."""

from __future__ import annotations

import argparse
from pathlib import Path

from aib_airflow.cli.errors import CommandError
from aib_airflow.emulator.settings import SUBSCRIPTION_ID, Settings

DEFAULT_STATE = Path(".aib", "emulator")
DEFAULT_CACHE = Settings(state_dir=DEFAULT_STATE).cache_dir
EXTRA_MODULES = ("cryptography", "starlette", "uvicorn")


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
    try:
        from aib_airflow.emulator.server import serve
    except ModuleNotFoundError as error:
        if error.name in EXTRA_MODULES:
            raise CommandError(
                f"the emulator needs the module {error.name}; install it with: pip install 'aib-airflow[emulator]'"
            ) from error
        raise
    serve(
        Settings(
            state_dir=options.state.resolve(),
            cache_dir=options.cache.resolve(),
            port=options.port,
            retry_after_s=options.retry_after,
            machine_cpus=options.cpus,
            machine_memory_mb=options.memory,
            subscription_id=options.subscription,
        ),
        ready=lambda emulator: print(
            f"Azure: {emulator.endpoint}; how to connect: {emulator.settings.state_dir / 'connection.json'}",
            flush=True,
        ),
    )
    return 0
