"""How a demo is watched: a live picture on a terminal, plain lines anywhere else; always on stderr."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table
from rich.text import Text

from aib_airflow.cli.demo.stage import ENDED_STATES, Stage

Clock = Callable[[], float]

# Airflow's words that say how it works rather than what a person wants to know.
SAID_BETTER = {"upstream_failed": "not run", "scheduled": "waiting", "queued": "waiting"}
STATE_STYLES = {
    "success": "green",
    "failed": "bold red",
    "skipped": "magenta",
    "running": "cyan",
    "up_for_retry": "yellow",
}


class Watcher(Protocol):
    """What a demo tells on its way."""

    def note(self, text: str) -> None:
        """Say one thing that happened outside the run's stages."""

    def stages(self, stages: Iterable[Stage]) -> None:
        """Show the stages as they are now."""

    def log_line(self, stage: Stage, line: str) -> None:
        """Show the newest log line of a stage."""

    def transferred(self, done: int, total: int) -> None:
        """Show how far the export of the VHD has come, in bytes."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def watcher_for(console: Console) -> Watcher:
    """Return the watcher that suits the console."""
    return LiveWatcher(console) if console.is_terminal else PlainWatcher(console)


class PlainWatcher:
    """A line for each change: `12.3s provision running`."""

    def __init__(self, console: Console, clock: Clock = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._began = clock()
        self._shown: dict[str, str] = {}
        self._tenths = -1

    def note(self, text: str) -> None:
        self._print(text)

    def stages(self, stages: Iterable[Stage]) -> None:
        for stage in stages:
            if self._shown.get(stage.name) == (state := shown_state(stage)):
                continue
            self._shown[stage.name] = state
            if state == "running":
                self._print(f"{stage.name} running...")
            elif state != "not run" and (stage.state in ENDED_STATES or state == "up_for_retry"):
                self._print(f"{stage.name} {state}{_took(stage)}")

    def log_line(self, stage: Stage, line: str) -> None:
        self._print(f"{stage.name} | {line}")

    def transferred(self, done: int, total: int) -> None:
        tenths = 10 * done // total if total else 10
        if tenths != self._tenths:
            self._tenths = tenths
            self._print(f"export {tenths * 10}% of {total / 1e6:.0f} MB")

    def _print(self, text: str) -> None:
        self._console.print(
            f"{self._clock() - self._began:6.1f}s {text}", markup=False, soft_wrap=True, highlight=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class LiveWatcher:
    """A table of the stages, the newest log line under it, and a bar while the VHD is exported."""

    def __init__(self, console: Console, clock: Clock = time.time) -> None:
        self._console = console
        self._clock = clock
        self._began = clock()
        self._stages: list[Stage] = []
        self._line = ""
        self._bar = Progress(
            TextColumn("export"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), console=console
        )
        self._export = self._bar.add_task("export", start=False, visible=False)
        self._live = Live(console=console, get_renderable=self.render, refresh_per_second=4)

    def note(self, text: str) -> None:
        self._console.print(f"[dim]{self._elapsed():6.1f}s[/dim] {escape(text)}")

    def stages(self, stages: Iterable[Stage]) -> None:
        self._stages = list(stages)

    def log_line(self, stage: Stage, line: str) -> None:
        self._line = f"{stage.name}: {line}"

    def transferred(self, done: int, total: int) -> None:
        self._bar.start_task(self._export)
        self._bar.update(self._export, completed=done, total=total, visible=True)

    def render(self) -> RenderableType:
        """Return the picture as of now."""
        line = Text(self._line, style="dim", no_wrap=True, overflow="ellipsis")
        table = stage_table(self._stages, self._clock()) if self._stages else Text()
        return Group(table, line, self._bar)

    def _elapsed(self) -> float:
        return self._clock() - self._began

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line = ""
        self._live.stop()


def stage_table(stages: Iterable[Stage], now: float) -> Table:
    """Return the stages as a table: name, state with its colour, seconds."""
    table = Table(box=None, pad_edge=False)
    for heading in ("stage", "state"):
        table.add_column(heading)
    table.add_column("seconds", justify="right")
    for stage in stages:
        state, seconds = shown_state(stage), stage.seconds(now)
        style = STATE_STYLES.get(state, "dim")
        table.add_row(
            Text(stage.name, style="bold" if stage.runs else ""),
            Text(state, style=style),
            "" if seconds is None else f"{seconds:.1f}",
        )
    return table


def shown_state(stage: Stage) -> str:
    """Return the state as a person sees it: a deferred task runs, only not on a worker."""
    return "running" if stage.runs else SAID_BETTER.get(stage.state, stage.state)


def _took(stage: Stage) -> str:
    if stage.started is None or stage.ended is None:
        return ""
    return f" after {stage.ended - stage.started:.1f}s"
