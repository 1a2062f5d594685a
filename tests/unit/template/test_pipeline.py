"""Pipeline files: YAML that adds to a template what AIB has no word for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from aib_airflow.template import ImageTemplate, TemplateError, load, reload

Write = Callable[..., Path]

INLINE = """
location: westus2
properties:
  source: {type: PlatformImage, publisher: Debian, offer: debian-12, sku: 12-gen2}
  customize:
    - {type: Shell, inline: [echo 2026-01-01]}
  distribute:
    - type: SharedImage
      runOutputName: out
      galleryImageId: /subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/demo/images/web
"""


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], ImageTemplate]:
    """Load a pipeline file of this text."""

    def load_text(text: str) -> ImageTemplate:
        path = tmp_path / "corp.yaml"
        path.write_text(text, encoding="utf-8")
        return load(path)

    return load_text


@pytest.fixture
def complain(read: Callable[[str], ImageTemplate]) -> Callable[[str], list[str]]:
    """Return what is wrong with a pipeline file of this text."""

    def find(text: str) -> list[str]:
        with pytest.raises(TemplateError) as raised:
            read(text)
        return [str(fault) for fault in raised.value.faults]

    return find


def test_a_pipeline_file_adds_to_the_template_beside_it(
    write: Write, read: Callable[[str], ImageTemplate]
) -> None:
    """The template's words stay AIB's; the pipeline's settings come with it."""
    write()
    template = read(
        "template: web.json\nschedule: {cron: '0 3 * * 2', timezone: Europe/Berlin}\n"
        "rebuild_when: always\nbuild: {vm_sizes: [A, B], network: public, retries: 1}\n"
    )
    assert (template.path.name, template.name, template.location) == ("corp.yaml", "corp", "westus2")
    assert template.text.startswith("template: web.json")
    assert template.pipeline.schedule
    assert (template.pipeline.schedule.cron, template.pipeline.schedule.timezone) == (
        "0 3 * * 2",
        "Europe/Berlin",
    )
    assert (template.pipeline.build.vm_sizes, template.pipeline.build.retries) == (("A", "B"), 1)


def test_a_pipeline_file_gives_parameters_and_the_deployments_place(
    write: Write, read: Callable[[str], ImageTemplate]
) -> None:
    """What a deployment would have been given is written in the pipeline file; a run's values win over it."""
    path = write()
    resource = json.loads(path.read_text()) | {
        "name": "[parameters('name')]",
        "location": "[resourceGroup().location]",
    }
    path.write_text(json.dumps({"parameters": {"name": {"type": "string"}}, "resources": [resource]}))
    template = read("template: web.json\nparameters: {name: corp}\ndeployment: {location: eastus}\n")
    assert (template.name, template.location) == ("corp", "eastus")
    assert reload(template, {"name": "other"}).name == "other"


def test_a_pipeline_file_may_hold_the_template_itself(read: Callable[[str], ImageTemplate]) -> None:
    """`properties:` in AIB's own words; a date stays the text it is."""
    template = read(INLINE)
    assert template.customize[0].inline == ("echo 2026-01-01",)  # type: ignore[union-attr]  # it is the Shell step
    assert template.pipeline.build.retries == 2


REFUSED = [
    ("template: web.json\nretain: {keep: 0}", "corp.yaml:2:10: .retain.keep: "),
    ("template: web.json\nretain: {older_than: long}", "give minutes, hours or days, such as 30m or 90d"),
    ("template: web.json\nafter: ['a b']", "'a b' is no image"),
    ("template: web.json\nrollout: {}", ".rollout.waves: waves is required"),
    (
        "template: web.json\nrebuild_when: [sometimes]",
        "'sometimes' is not allowed here; give always, source_changed",
    ),
    ("template: web.json\nbuild: {network: privat}", "'privat' is not one of public, private"),
    (
        "template: web.json\nbuild:\n  retry: 1",
        "corp.yaml:3:3: .build.retry: unknown field 'retry'; did you mean 'retries'?",
    ),
    ("template: web.json\nbuild: {retries: -1}", "greater than or equal to 0"),
    ("template: web.json\nbild: {}", "unknown field 'bild'; did you mean 'build'?"),
    ("template: web.json\nschedule: {cron: often}", "'often' is no cron expression"),
    ("template: web.json\nschedule: {cron: '@daily', timezone: Mars/Base}", "'Mars/Base' is no time zone"),
    ("template: web.json\nschedule: {timezone: UTC}", ".schedule.cron: cron is required"),
    ("template: web.json\nproperties: {}", "`template` and `properties` are both given"),
    ("template: nothing.json", "there is no file 'nothing.json' beside this one"),
    ("template: ../web.json", "'../web.json' leaves its folder"),
    ("template: corp.yaml", "'corp.yaml' is YAML"),
    ("build: {}", "neither `template` nor `properties` is given"),
    ("template: web.json\nparameters: {a: 1}", "only a deployment template takes parameters"),
    ("a: 1\na: 2", "corp.yaml:2:1: not YAML: 'a' is given twice"),
    ("1: 2", "corp.yaml:1:1: not YAML: a field's name must be a text"),
    ("a: [1", "not YAML: "),
    ("a: !!python/name:os.system x", "not YAML: the tag !!python/name:os.system has no meaning here"),
    ("- a", "no item of this array is an image template"),
    ("", "expected an object at the top of the file"),
    ("a: &a [*a]", "there are more than 100 levels"),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
def test_a_wrong_pipeline_file_says_where_and_what(
    text: str, sentence: str, write: Write, complain: Callable[[str], list[str]]
) -> None:
    """Our own words are checked as strictly as Image Builder's."""
    write()
    assert sentence in complain(text)[0]


def test_aliases_cannot_grow_without_end(complain: Callable[[str], list[str]]) -> None:
    """Nine lines of aliases would be a billion values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    assert "more than 30000 values" in complain("\n".join(lines))[0]


def test_a_fault_in_the_template_names_the_templates_file(
    write: Write, complain: Callable[[str], list[str]]
) -> None:
    """The place to mend is where the field is written."""
    write(lambda properties: properties["customize"].append({"type": "Shel"}))
    assert complain("template: web.json")[0].startswith("web.json:")
    assert complain(INLINE.replace("type: Shell", "type: Shel"))[0].startswith(
        "corp.yaml:6:8: .properties.customize[0].type: 'Shel' is not one of"
    )
