"""Fuzz the reader: `python tests/fuzz/run.py --mutations 100000 --jobs 2 --seed 1`; one case again with `--only N`.

A finding is a case in which reading raises anything, or takes more than a second or 200 MB.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from mutations import mutate
from seeds import PARAMETERS, Seed, seeds

from aib_airflow import template

MAX_S = 1.0
MAX_MB = 200
HANGS_AFTER_S = 20


class Finding(NamedTuple):
    """A case that should not have gone like this."""

    case: int
    what: str
    detail: str = ""


class HangError(Exception):
    """A reading was stopped."""


def peak_mb() -> float:
    """Return this process's greatest memory since it was last forgotten, or now."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def forget_peak() -> None:
    """Let the greatest memory be counted anew."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def content_of(case: int, seed: int, files: list[Seed]) -> tuple[str, bytes, random.Random]:
    """Return a case's file: the same for the same numbers."""
    chance = random.Random(f"{seed}:{case}")
    file = chance.choice(files)
    return file.suffix, mutate(chance, file), chance


def try_case(case: int, seed: int, files: list[Seed], folder: Path) -> tuple[Finding | None, float]:
    """Read one mutated file; return what was found, and the seconds of processor time."""
    suffix, content, chance = content_of(case, seed, files)
    path = folder / f"web{suffix}"
    path.write_bytes(content)
    parameters = folder / "web.parameters.json"
    parameters.unlink(missing_ok=True)
    if chance.random() < 0.2:
        parameters.write_bytes(mutate(chance, PARAMETERS))
    forget_peak()
    before_mb, started = peak_mb(), time.process_time()
    signal.alarm(HANGS_AFTER_S)
    try:
        reading = template.read(path, mode=chance.choice(("lenient", "strict")))
        for fault in reading.faults:
            str(fault)
    except Exception as failure:  # noqa: BLE001 - whatever reading raises is what is looked for
        return Finding(
            case, described(failure), traceback.format_exc(limit=-6)
        ), time.process_time() - started
    finally:
        signal.alarm(0)
    taken_s, grown_mb = time.process_time() - started, peak_mb() - before_mb
    if taken_s > MAX_S or grown_mb > MAX_MB:
        return Finding(case, "too much", f"{taken_s:.1f} s, {grown_mb:.0f} MB, {len(content)} bytes"), taken_s
    return None, taken_s


def described(failure: Exception) -> str:
    """Return what was raised, and the last line of our own on the way there."""
    frames = traceback.extract_tb(failure.__traceback__)
    ours = [each for each in frames if "aib_airflow" in Path(each.filename).parts]
    where = (ours or frames)[-1]
    return f"{type(failure).__name__} in {Path(where.filename).name}:{where.lineno}"


def stop_hanging(*_: object) -> None:
    """Turn the alarm into a traceback that shows where time was spent."""
    raise HangError(f"more than {HANGS_AFTER_S} s")


def work(cases: range, seed: int, channel: multiprocessing.connection.Connection) -> None:
    """Try cases one after the other; tell of each before and after, so that a crash has a number."""
    signal.signal(signal.SIGALRM, stop_hanging)
    files = seeds()
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            channel.send(case)
            channel.send(try_case(case, seed, files, Path(folder)))
    channel.send(None)


def results(cases: range, seed: int) -> Iterator[tuple[Finding | None, float]]:
    """Yield what each case came to; a process that a case ends is replaced, and the case is a finding."""
    position = 0
    while position < len(cases):
        receiving, sending = multiprocessing.Pipe(duplex=False)
        worker = multiprocessing.Process(target=work, args=(cases[position:], seed, sending), daemon=True)
        worker.start()
        sending.close()
        case = -1
        try:
            while (message := receiving.recv()) is not None:
                if isinstance(message, int):
                    case = message
                else:
                    position += 1
                    yield message
        except EOFError:
            worker.join()
            position += 1
            yield Finding(case, "the process died", f"exit code {worker.exitcode}"), 0.0
        worker.join()


def interleaved(
    sources: list[Iterator[tuple[Finding | None, float]]],
) -> Iterator[tuple[Finding | None, float]]:
    """Take one result of each job in turn; they run meanwhile."""
    while sources:
        for source in [*sources]:
            result = next(source, None)
            if result is None:
                sources.remove(source)
            else:
                yield result


def fuzz(mutations: int, jobs: int, seed: int) -> list[Finding]:
    """Try every case, report on the way, and return the findings."""
    started, slowest, findings = time.monotonic(), 0.0, []
    sources = [results(range(job, mutations, jobs), seed) for job in range(jobs)]
    for count, (finding, taken_s) in enumerate(interleaved(sources), start=1):
        slowest = max(slowest, taken_s)
        if finding:
            findings.append(finding)
            sys.stdout.write(f"case {finding.case}: {finding.what}\n{finding.detail}\n")
        if count % 1000 == 0 or count == mutations:
            rate = count / (time.monotonic() - started)
            sys.stdout.write(
                f"{count}/{mutations} cases, {rate:.0f}/s, slowest {slowest:.2f} s, {len(findings)} findings\n"
            )
            sys.stdout.flush()
    return findings


def main() -> int:
    """Run as asked on the command line; 1 means that something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="write this case's file to --keep and read it")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()))
    asked = parser.parse_args()
    if asked.only is not None:
        signal.signal(signal.SIGALRM, stop_hanging)
        finding, taken_s = try_case(asked.only, asked.seed, seeds(), asked.keep)
        sys.stdout.write(f"{finding or 'nothing found'}, {taken_s:.2f} s, {asked.keep}/web.*\n")
        return 1 if finding else 0
    findings = fuzz(asked.mutations, asked.jobs, asked.seed)
    for what, count in Counter(each.what for each in findings).most_common():
        first = next(each.case for each in findings if each.what == what)
        sys.stdout.write(f"{count} times: {what}, first in case {first} of seed {asked.seed}\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
