"""What the demo builds: the template, its DAG, and the galleries that must exist before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aib_airflow import plan, template
from aib_airflow.arm_template import ParameterDeclaration
from aib_airflow.azure.gallery import DefinitionId
from aib_airflow.cli.demo.work import WorkFolder
from aib_airflow.cli.errors import UsageError
from aib_airflow.plan import BuildPlan

# The names of our own fields on a run's trigger form, as in `aib_airflow.params`: to import that is to import
# Airflow, which the demo's own process keeps clear of.
KEEP_ON_FAILURE = "keep_on_failure"
OWN_FIELDS = frozenset({"regions", "dry_run", KEEP_ON_FAILURE})
OWN_TEMPLATE = Path("images", "debian12_baseline.json")
LOADER = '''"""The DAG of the template that `aib demo --template` was given."""

from pathlib import Path

from aib_airflow.factory import load_dags

globals().update(load_dags(Path({path!r})))
'''


@dataclass(frozen=True, slots=True)
class DemoTemplate:
    """A template that can be built, with a run's own `parameters`.

    `own_dags` is the checkout's DAG folder when the template is the one that lies there.
    """

    plan: BuildPlan
    own_dags: Path | None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, file: Path | None, given: Mapping[str, str]) -> DemoTemplate:
        """Read `file`, or the checkout's own template. Raises UsageError and TemplateError."""
        own = find_dags_folder()
        if file is None and own is None:
            raise UsageError(
                "there is no dags/ folder here and none beside the package; go to the checkout, or give --template"
            )
        path = file or (own or Path()) / OWN_TEMPLATE
        if not path.is_file():
            raise UsageError(f"{path}: there is no such template")
        parameters = read_parameters(template.load(path).parameters, given)
        return cls(plan.compile(template.load(path, parameters)), own if file is None else None, parameters)

    @property
    def dag_id(self) -> str:
        """The DAG's id is the image's name."""
        return self.plan.image

    @property
    def location(self) -> str:
        """The region that the template's resource is in."""
        return self.plan.location

    @property
    def definitions(self) -> list[DefinitionId]:
        """The image definitions that the template distributes to."""
        return [DefinitionId.parse(step.gallery_image.id) for step in self.plan.distributions]

    @property
    def subscription_id(self) -> str:
        """The subscription that the template's ids name: the emulator serves that one."""
        return self.definitions[0].subscription_id

    def run_conf(self, *, keep_on_failure: bool) -> dict[str, Any]:
        """Return the run's conf: what the trigger form would send."""
        fields = {
            f"template_{name}" if name in OWN_FIELDS else name: self.parameters[name]
            for name in self.parameters
        }
        return fields | {KEEP_ON_FAILURE: keep_on_failure}

    def dags_folder(self, work: WorkFolder) -> Path:
        """Return the folder that Airflow loads: the checkout's, or one with a loader for this template."""
        if self.own_dags:
            return self.own_dags
        work.dags.mkdir(parents=True, exist_ok=True)
        loader = work.dags / "template.py"
        loader.write_text(LOADER.format(path=str(self.plan.template.path.resolve())), encoding="utf-8")
        return work.dags


def read_parameters(declared: Iterable[ParameterDeclaration], given: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the command line in the types that the template declares.

    Raises UsageError for a parameter that is not declared, or a value that is not of its type.
    """
    types = {declaration.name: declaration.type.lower() for declaration in declared}
    values: dict[str, Any] = {}
    for name, text in given.items():
        if name not in types:
            raise UsageError(
                f"--param {name}: there is no such parameter; there is: {', '.join(types) or 'none'}"
            )
        try:
            values[name] = text if types[name].endswith("string") else json.loads(text)
        except ValueError:
            raise UsageError(f"--param {name}={text}: expected JSON of type {types[name]}") from None
    return values


def find_dags_folder() -> Path | None:
    """Return the `dags/` of the checkout that this package is installed from, or of the current folder."""
    places = (Path(__file__).parents[3] / "dags", Path.cwd() / "dags")
    return next((place for place in places if (place / "images.py").is_file()), None)
