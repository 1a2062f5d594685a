"""Files in: what each container is, what its digest is, and what a wrong one says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aib_airflow.arm_template import DeploymentScope, Need
from aib_airflow.template import ImageTemplate, TemplateError, find_templates, load, read, reload

Write = Callable[..., Path]


def deployment(resource: dict[str, Any], **sections: Any) -> dict[str, Any]:
    return {"$schema": "https://schema/deploymentTemplate.json#", "resources": [resource], **sections}


def rewrite(path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
    path.write_text(json.dumps(change(json.loads(path.read_text()))), encoding="utf-8")
    return path


def faults(path: Path, **arguments: Any) -> list[str]:
    with pytest.raises(TemplateError) as raised:
        load(path, **arguments)
    return [str(fault) for fault in raised.value.faults]


@pytest.mark.parametrize(
    "kind", ["Microsoft.VirtualMachineImages/imageTemplates", "Microsoft.VirtualMachineImages", None]
)
def test_a_bare_resource_is_a_template_whatever_its_type_says(kind: str | None, write: Write) -> None:
    """Azure's own quickstarts cut the type short, and the REST body has none."""

    def retype(document: dict[str, Any]) -> dict[str, Any]:
        del document["type"]
        return document | ({"type": kind} if kind else {})

    template = load(rewrite(write(), retype))
    assert (template.name, template.location) == ("web", "westus2")


def test_nothing_in_a_bare_resource_is_an_expression(write: Write) -> None:
    """Without a deployment, brackets are text."""
    line = "[concat('a', 'b')]"
    template = load(write(lambda properties: properties["customize"][0].update(inline=[line])))
    assert template.customize[0].inline == (line,)  # type: ignore[union-attr]  # it is the Shell step


def test_the_image_template_of_a_deployment_is_evaluated(write: Write) -> None:
    """Other resources, and what only steers the deployment, are left alone."""

    def deploy(resource: dict[str, Any]) -> dict[str, Any]:
        resource |= {
            "name": "[parameters('name')]",
            "apiVersion": "[reference('never')]",
            "dependsOn": ["[reference('never')]"],
            "location": "[resourceGroup().location]",
            "identity": "[if(true(), null(), 1)]",
        }
        document = deployment(resource, parameters={"name": {"type": "string", "defaultValue": "web-1"}})
        document["resources"].insert(0, {"type": "Microsoft.Compute/galleries", "name": "[reference('x')]"})
        return document

    path = rewrite(write(), deploy)
    template = load(path, parameters={"name": "web-2"}, scope=DeploymentScope(location="eastus"))
    assert (template.name, template.location, template.identity) == ("web-2", "eastus", None)
    assert [declaration.default for declaration in template.parameters] == ["web-2"]
    assert load(path).needs == {Need("scope", "location")}


def test_a_file_that_is_not_json_says_where_and_what_is_expected(write: Write) -> None:
    """The reading has the fault; nothing is raised."""
    path = write()
    path.write_text('{"a": [1, 2}', encoding="utf-8")
    (fault,) = read(path).faults
    assert (fault.line, fault.column, fault.severity) == (1, 12, "error")
    assert "expected ',' or ']' after a value" in fault.message


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    """A missing file, and one in another encoding."""
    path = tmp_path / "web.json"
    assert faults(path) == ["web.json:1:1: cannot be read: No such file or directory"]
    path.write_bytes(b'{"a": "\xff"}')
    assert faults(path) == ["web.json:1:8: is not UTF-8: byte 8 is 0xff; save the file as UTF-8"]
    path.write_bytes(b" " * (4 * 1024 * 1024 + 1))
    assert "is larger than" in faults(path)[0]


def test_a_byte_order_mark_is_tolerated(write: Write) -> None:
    """Windows editors put one."""
    path = write()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load(path).name == "web"


def test_a_fault_has_the_line_of_its_field(write: Write) -> None:
    """The line an editor jumps to is the field's own."""
    path = write(lambda properties: properties["customize"].append({"type": "Shel", "name": "{[,"}))
    (fault,) = faults(path)
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if '"Shel"' in text)
    assert fault == (
        f"web.json:{line}:9: .properties.customize[1].type: 'Shel' is not one of File, PowerShell, Shell, "
        "WindowsRestart, WindowsUpdate; did you mean 'Shell'?"
    )


def test_the_digest_is_of_the_meaning_not_of_the_text(write: Write) -> None:
    """White space, order and nulls do not count; a value does."""
    plain = load(write())
    path = write()
    document = json.loads(path.read_text())
    document["properties"] = dict(reversed(document["properties"].items())) | {"vmProfile": None}
    path.write_text(json.dumps(document))
    assert load(path).digest == plain.digest
    other = load(write(lambda properties: properties["customize"][0].update(inline=["echo bye"])))
    assert re.fullmatch("[0-9a-f]{64}", other.digest)
    assert other.digest != plain.digest


def with_parameters(resource: dict[str, Any]) -> dict[str, Any]:
    resource["properties"]["customize"][0]["inline"] = ["[concat('echo ', parameters('full'))]"]
    return deployment(
        resource,
        parameters={
            "name": {"type": "string", "defaultValue": "web"},
            "full": {"type": "string", "defaultValue": "[concat(parameters('name'), '-image')]"},
        },
    )


def inline(template: ImageTemplate) -> tuple[str, ...]:
    return template.customize[0].inline  # type: ignore[union-attr]  # it is the Shell step


def test_a_run_can_read_the_same_text_with_its_own_values(write: Write) -> None:
    """A run in flight keeps its template; a default that follows another parameter goes on following."""
    path = rewrite(write(), with_parameters)
    template = load(path)
    path.unlink()
    form = {declaration.name: declaration.default for declaration in template.parameters}
    assert form == {"name": "web", "full": "web-image"}
    assert inline(reload(template, form | {"name": "api"})) == ("echo api-image",)
    assert inline(reload(template, form | {"full": "x"})) == ("echo x",)
    assert reload(template, form) == template
    with pytest.raises(TemplateError, match="is of type string, but its value is a whole number"):
        reload(template, {"name": 1})


@pytest.mark.parametrize(
    ("uri", "complaint"),
    [
        ("missing.sh", "there is no file 'missing.sh' beside the template"),
        ("../outside.sh", "'../outside.sh' leaves its folder"),
        ("/etc/passwd", "'/etc/passwd' leaves its folder"),
        ("ftp://h/x.sh", "is neither an http(s) URL nor a path beside the template"),
        ("link.sh", "'link.sh' leaves its folder"),
        ("a\0b", "leaves its folder"),
    ],
)
def test_a_script_must_be_a_url_or_a_file_beside_the_template(uri: str, complaint: str, write: Write) -> None:
    """A template reads nothing else of the machine it is parsed on."""
    path = write(lambda properties: properties["customize"].insert(0, {"type": "Shell", "scriptUri": uri}))
    (path.parent / "link.sh").symlink_to("/etc/passwd")
    (fault,) = faults(path)
    assert ".properties.customize[0].scriptUri: " in fault
    assert complaint in fault


def test_a_folder_gives_every_image_once(tmp_path: Path) -> None:
    """A pipeline file stands for the template of its name; parameters files and scripts are no images."""
    for name in ("b.json", "a.yaml", "a.json", "c.yml", "b.parameters.json", "x.sh"):
        (tmp_path / name).touch()
    assert [path.name for path in find_templates(tmp_path)] == ["a.yaml", "b.json", "c.yml"]
    assert find_templates(tmp_path / "nothing") == ()


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("[concat('a')]"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_value_anywhere_gives_a_traceback(data: st.DataObject, write: Write) -> None:
    """Whatever stands in a template's place, the answer is a template or a TemplateError."""
    path = write()
    document: Any = json.loads(path.read_text())
    if data.draw(st.booleans()):
        document = deployment(document, parameters={"p": {"type": "string"}}, variables={"v": 1})
    here = document
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(here[key], dict | list) or not here[key] or data.draw(st.booleans()):
            break
        here = here[key]
    here[key] = data.draw(JSON_VALUES)
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        load(path)
    except TemplateError as error:
        assert error.faults  # noqa: PT017 - a template may also be right
