"""`aib`: exit codes, help, and errors without tracebacks."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from aib_airflow import cli
from aib_airflow.cli import VERBS, build_parser, main
from aib_airflow.cli.errors import CommandError, UsageError


class FakeVerb:
    """A verb that does what the test says."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error

    def configure(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--loud", action="store_true")

    def run(self, options: argparse.Namespace) -> int:
        if self.error:
            raise self.error
        return 0


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> Any:
    def _install(error: BaseException | None = None) -> None:
        monkeypatch.setattr(cli, "_verb", lambda name: FakeVerb(error))

    return _install


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`aib VERB --help` works for each verb in the table."""
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"aib {name}" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["dance"], ["demo", "--no-such-option"]])
def test_wrong_use_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """No verb, an unknown verb, an unknown option."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "aib" in capsys.readouterr().err


@pytest.mark.parametrize(("error", "code"), [(CommandError("it broke"), 1), (UsageError("not so"), 2)])
def test_a_known_error_is_one_line_on_stderr(
    verb: Any, error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its text, no traceback, and nothing on stdout."""
    verb(error)
    assert main(["demo"]) == code
    assert capsys.readouterr() == ("", f"aib: error: {error}\n")


def test_a_fault_of_ours_keeps_its_traceback(verb: Any) -> None:
    """Hiding it would hide where to mend it."""
    verb(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        main(["demo"])


def test_ctrl_c_ends_with_130(verb: Any) -> None:
    """As a shell expects of an interrupted program."""
    verb(KeyboardInterrupt())
    assert main(["demo"]) == 130


def test_options_reach_the_verb(verb: Any) -> None:
    """The verb's own arguments are parsed by what its module declares."""
    verb()
    assert build_parser(["demo", "--loud"]).parse_args(["demo", "--loud"]).loud is True
