"""`aib demo`: build a real image on this machine, by Airflow, on the emulator."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from aib_airflow.bytecode import compile_once
from aib_airflow.cli import output
from aib_airflow.cli.demo.airflow import Installation
from aib_airflow.cli.demo.job import RunFailedError, build_image
from aib_airflow.cli.demo.progress import Watcher, watcher_for
from aib_airflow.cli.demo.result import DemoResult
from aib_airflow.cli.demo.site import DemoRequest
from aib_airflow.cli.demo.target import DemoTemplate
from aib_airflow.cli.demo.work import WorkFolder
from aib_airflow.cli.emulator import DEFAULT_CACHE
from aib_airflow.cli.errors import UsageError
from aib_airflow.cli.setup import prepare_host

DEFAULT_WORK = Path(".aib")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `aib demo`."""
    parser.description = (
        "Build a real, bootable image from an Azure Image Builder template: starts the emulator and an Airflow "
        "of its own, runs the template's DAG, and exports the new image version as a VHD."
    )
    parser.add_argument(
        "--template", type=Path, metavar="FILE", help="another template than the checkout's own"
    )
    parser.add_argument(
        "--param", action="append", default=[], metavar="K=V", type=read_param, help="a parameter of the run"
    )
    parser.add_argument("--keep", action="store_true", help="leave everything up and print the UI's login")
    parser.add_argument(
        "--keep-on-failure", action="store_true", help="keep the build machine when the build fails"
    )
    parser.add_argument("--stop", action="store_true", help="stop what an earlier `aib demo --keep` left up")
    parser.add_argument(
        "--work",
        type=Path,
        default=DEFAULT_WORK,
        metavar="DIR",
        help="state, logs and images (default: ./.aib)",
    )
    parser.add_argument(
        "--cache", type=Path, default=DEFAULT_CACHE, metavar="DIR", help="base images (default: %(default)s)"
    )
    output.add_output_option(parser)


def run(options: argparse.Namespace) -> int:
    """Build one image, or stop an earlier demo."""
    work = WorkFolder(options.work.resolve())
    if options.stop:
        print(f"stopped {work.stop()} processes of {work.path}")
        return 0
    if work.running():
        raise UsageError(
            f"a demo is up in {work.path}; stop it with {stop_line(work)}, or choose another --work"
        )
    with watcher_for(output.stderr()) as watcher:
        result, installation = _build(options, work, watcher)
    _print_result(result, options.output)
    if options.keep:
        _say(f"Airflow: {installation.login_line}\nstop everything: {stop_line(work)}")
    return 0


def read_param(text: str) -> tuple[str, str]:
    """Read `name=value`."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r}: expected NAME=VALUE")
    return name, value


def what_is_left(work: WorkFolder, cache: Path) -> str:
    """Return what stays on disk and how to delete it."""
    return (
        "every process of the demo is stopped; what is left on disk:\n"
        f"  {work.path}  state, logs, images: rm -r {work.path}\n"
        f"  {cache}  base images, made once: rm -r {cache}"
    )


def stop_line(work: WorkFolder) -> str:
    """Return the command that stops this demo."""
    return f"`aib demo --stop --work {work.path}`"


def _build(
    options: argparse.Namespace, work: WorkFolder, watcher: Watcher
) -> tuple[DemoResult, Installation]:
    template = DemoTemplate.load(options.template, dict(options.param))
    prepare_host(watcher.note)
    if compile_once():
        watcher.note("compiled the installed Python packages, once")
    request = DemoRequest(
        template=template,
        work=work,
        cache=options.cache.resolve(),
        keep=options.keep,
        conf=template.run_conf(keep_on_failure=options.keep_on_failure),
    )
    work.path.mkdir(parents=True, exist_ok=True)
    try:
        return build_image(request, watcher)
    except KeyboardInterrupt:
        _say(what_is_left(work, request.cache))
        raise
    except RunFailedError:
        if options.keep:
            _say(f"everything is still up; stop it with {stop_line(work)}")
        raise


def _print_result(result: DemoResult, form: str) -> None:
    if form == output.JSON:
        output.print_json(result.as_document())
    else:
        result.print(output.stdout())


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
