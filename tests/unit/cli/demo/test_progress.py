"""How a demo is watched."""

from __future__ import annotations

import io

from rich.console import Console

from aib_airflow.cli.demo.progress import LiveWatcher, PlainWatcher, watcher_for
from aib_airflow.cli.demo.stage import Stage


def console(*, terminal: bool = False) -> Console:
    return Console(file=io.StringIO(), width=100, force_terminal=terminal, color_system=None)


def text_of(out: Console) -> str:
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def test_lines_are_plain_where_nobody_watches() -> None:
    """A pipe or a CI log gets one line for each change of a stage, and no line twice."""
    out, now = console(), [100.0]
    watcher = PlainWatcher(out, clock=lambda: now[0])
    running = Stage("provision", "deferred", started=10.0)
    now[0] = 112.3
    watcher.stages([running])
    watcher.stages([Stage("provision", "running", started=10.0)])
    now[0] = 140.0
    watcher.stages([Stage("provision", "success", started=10.0, ended=50.5)])
    assert text_of(out).splitlines() == [
        "  12.3s provision running...",
        "  40.0s provision success after 40.5s",
    ]


def test_a_log_line_is_shown_as_it_is() -> None:
    """Brackets in a log are no markup."""
    out = console()
    PlainWatcher(out, clock=lambda: 0.0).log_line(Stage("customize.0_a", "running"), "[red]ok[/red] 100%")
    assert text_of(out) == "   0.0s customize.0_a | [red]ok[/red] 100%\n"


def test_an_export_is_told_in_tenths() -> None:
    """Not a line for each of a thousand chunks."""
    out = console()
    watcher = PlainWatcher(out, clock=lambda: 0.0)
    for done in range(1001):
        watcher.transferred(done, 1000)
    assert len(text_of(out).splitlines()) == 11


def test_a_terminal_shows_stages_line_and_bar() -> None:
    """State, elapsed seconds, the newest line, and a bar where a size is known."""
    out = console(terminal=True)
    watcher = LiveWatcher(out, clock=lambda: 60.0)
    watcher.stages(
        [Stage("reserve", "success", started=1.0, ended=1.5), Stage("provision", "deferred", started=20)]
    )
    watcher.log_line(Stage("provision", "deferred"), "the machine boots")
    watcher.transferred(2_000_000, 4_000_000)
    out.print(watcher.render())
    shown = text_of(out)
    assert "provision  running     40.0" in shown
    assert "provision: the machine boots" in shown
    assert "2.0/4.0 MB" in shown


def test_the_console_decides_which() -> None:
    """Live pictures are for terminals only."""
    assert isinstance(watcher_for(console(terminal=True)), LiveWatcher)
    assert isinstance(watcher_for(console()), PlainWatcher)
