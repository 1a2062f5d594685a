"""What README promises is what the checkout does."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from aib_airflow.cli import VERBS, main
from aib_airflow.cli.emulator import DEFAULT_CACHE
from aib_airflow.template import json_schema, reference
from aib_airflow.template.pipeline import PipelineSettings


def code_block(readme: str, section: str) -> list[str]:
    """Return the lines of the first code block of a section."""
    text = readme.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    block = re.search(r"^```\w*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert block is not None, f"README's '{section}' has no code block"
    return block.group(1).splitlines()


@pytest.fixture(scope="module")
def readme(checkout: Path) -> str:
    return (checkout / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("section", ["Run it", "Test it"])
def test_each_way_in_is_one_line(readme: str, section: str) -> None:
    """A newcomer copies one line, which does all its own set-up."""
    assert len(code_block(readme, section)) == 1


def test_run_it_ends_in_the_demo(readme: str) -> None:
    """The last command of the line is `aib demo`."""
    assert shlex.split(code_block(readme, "Run it")[0])[-2:] == [".venv/bin/aib", "demo"]


def test_ci_runs_the_line_of_the_readme_and_nothing_else(readme: str, checkout: Path) -> None:
    """`.ci/run` is README's "Test it", word for word."""
    script = (checkout / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in script if line and not line.startswith("#")]
    assert commands == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', code_block(readme, "Test it")[0]]


def test_the_options_of_the_demo_are_those_of_the_readme(
    readme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both ways: none is hidden, and none is promised that is not there."""
    with pytest.raises(SystemExit):
        main(["demo", "--help"])
    offered = set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out)) - {"--help"}
    promised = set(re.findall(r"--[a-z][a-z-]+", readme.split("| option |", 1)[1].split("\n\n", 1)[0]))
    assert promised == offered


@pytest.mark.parametrize("verb", ["validate", "plan"])
def test_the_options_of_the_checks_are_in_the_readme(
    verb: str, readme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table for both; `plan` has some of them, `validate` all."""
    with pytest.raises(SystemExit):
        main([verb, "--help"])
    offered = set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out)) - {"--help"}
    table = readme.split("### Check them", 1)[1].split("| option |", 1)[1].split("\n\n", 1)[0]
    promised = set(re.findall(r"--[a-z][a-z-]+", table))
    assert offered <= promised if verb == "plan" else offered == promised


def test_the_field_reference_is_that_of_the_models(readme: str) -> None:
    """Nothing that may be written is missing, and nothing is promised that is not read."""
    assert reference.replace(readme) == readme, "python -m aib_airflow.template.reference README.md"


def test_the_pipeline_file_of_the_readme_is_one(readme: str) -> None:
    """Its first line leads an editor to the schema, and what follows passes there."""
    [example] = re.findall(
        r"^```yaml\n(# yaml-language-server: \$schema=\S+\n.*?)^```$", readme, re.DOTALL | re.MULTILINE
    )
    schema = json_schema.pipeline_schema()
    assert list(Draft202012Validator(schema).iter_errors(yaml.safe_load(example))) == []
    PipelineSettings.model_validate_json(json.dumps(yaml.safe_load(example)))


def test_the_readme_says_where_base_images_are_kept(readme: str) -> None:
    """The folder, as it is without settings of the user's own."""
    assert f"`~/.cache/{DEFAULT_CACHE.name}`" in readme


def test_every_verb_is_in_the_readme(readme: str) -> None:
    """A verb nobody reads of is a verb nobody uses."""
    assert [verb for verb in VERBS if f"aib {verb}" not in readme] == []


def test_the_readme_names_no_file_that_is_not_there(readme: str, checkout: Path) -> None:
    """A link into the checkout leads somewhere."""
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", readme) if "://" not in target]
    assert [target for target in targets if not (checkout / target).exists()] == []


def test_the_changelog_has_a_place_for_what_is_new(checkout: Path) -> None:
    """Changes are written down before they are released."""
    assert "\n## Unreleased\n" in (checkout / "CHANGELOG.md").read_text(encoding="utf-8")
