"""Variables, locals and expressions of both formats as ARM has them."""

from __future__ import annotations

from typing import Any

import pytest

VARIABLES = """
variable "name" { default = "web" }
variable "size" {
  type        = number
  default     = 64
  description = "GB of the disk"
}
variable "fast" {
  type    = bool
  default = true
}
variable "zones" {
  type    = list(string)
  default = ["a", "b"]
}
variable "nothing" { default = null }
variable "needed" { type = string }
locals {
  full  = "${var.name}-image"
  loop  = local.pool
  pool  = local.loop
  stamp = formatdate("YYYYMMDD", timestamp())
}
"""


def inline(packer: Any, properties: Any, expression: str) -> Any:
    """Return what an expression becomes as a line of a script."""
    build = f'provisioner "shell" {{\n    inline = [{expression}]\n  }}'
    imported = packer.source("", build, VARIABLES)
    [step] = properties(imported)["customize"]
    return step["inline"][0]


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("var.name", "[parameters('name')]"),
        ('"${var.name}"', "[parameters('name')]"),
        ('"run ${var.name} {now}"', "[format('run {0} {{now}}', parameters('name'))]"),
        ('"it\'s ${var.name}"', "[format('it''s {0}', parameters('name'))]"),
        ('"fast: ${var.fast}"', "[format('fast: {0}', toLower(string(parameters('fast'))))]"),
        ("local.full", "[variables('full')]"),
        ("upper(var.name)", "[toUpper(parameters('name'))]"),
        ('replace(var.name, "w", "v")', "[replace(parameters('name'), 'w', 'v')]"),
        ('split("-", var.name)[0]', "[split(parameters('name'), '-')[0]]"),
        ('join(",", var.zones)', "[join(parameters('zones'), ',')]"),
        (
            'format("%s-%d", var.name, var.size)',
            "[format('{0}-{1}', parameters('name'), parameters('size'))]",
        ),
        ("var.size", "[string(parameters('size'))]"),
        ("var.fast", "[toLower(string(parameters('fast')))]"),
        ("5", "5"),
        ("var.zones[1]", "[parameters('zones')[1]]"),
        (
            'var.fast ? "yes" : var.name',
            "[if(parameters('fast'), 'yes', parameters('name'))]",
        ),
        ('var.name == "web" ? "y" : "n"', "[if(equals(parameters('name'), 'web'), 'y', 'n')]"),
        ('var.nothing != null ? "y" : "n"', "[if(not(empty(parameters('nothing'))), 'y', 'n')]"),
        ('!var.fast && var.size > 1 ? "y" : "n"', None),
        ('"\\u00e9 \\"q\\" $${HOME} %%{x}"', 'é "q" ${HOME} %{x}'),
        ('"[${var.name}]"', "[format('[{0}]', parameters('name'))]"),
        ('trimprefix("v1", "v")', "[parameters('trimprefix')]"),
        ('regex_replace(var.name, "a", "b")', "[parameters('regex_replace')]"),
        ("data.amazon-ami.x.id", "[parameters('data_amazon_ami_x_id')]"),
        ("build.ID", "[parameters('build_ID')]"),
        ("local.stamp", "[parameters('stamp')]"),
        ("var.unknown", "[parameters('unknown')]"),
        ("element(var.zones, 3)", "[parameters('zones')[mod(3, length(parameters('zones')))]]"),
    ],
)
def test_an_expression_is_arms(packer: Any, properties: Any, expression: str, written: str | None) -> None:
    """Where ARM has the function; what only Packer knows is a parameter that waits for a value."""
    found = inline(packer, properties, expression)
    if written is None:
        written = "[if(and(not(parameters('fast')), greater(parameters('size'), 1)), 'y', 'n')]"
    assert found == written


def test_a_heredoc_is_lines(packer: Any, properties: Any) -> None:
    """Its indent goes, its values stay."""
    build = """
      provisioner "shell" {
        inline = [
          <<-EOT
            echo one
              echo ${var.name} $${HOME}
          EOT
        ]
      }
    """
    [step] = properties(packer.source("", build, VARIABLES))["customize"]
    assert step["inline"] == ["echo one", "[format('  echo {0} ${{HOME}}', parameters('name'))]"]


def test_variables_become_parameters_with_their_types_and_defaults(packer: Any) -> None:
    """Only those that are used; their descriptions come along."""
    lines = ", ".join(f'"${{var.{name}}}"' for name in ("name", "size", "fast", "nothing", "needed"))
    build = f'provisioner "shell" {{\n    inline = [{lines}, join("", var.zones)]\n  }}'
    assert packer.source("", build, VARIABLES).template["parameters"] == {
        "name": {"type": "string", "defaultValue": "web"},
        "size": {"type": "int", "defaultValue": 64, "metadata": {"description": "GB of the disk"}},
        "fast": {"type": "bool", "defaultValue": True},
        "nothing": {"type": "string", "defaultValue": ""},
        "needed": {"type": "string"},
        "zones": {"type": "array", "defaultValue": ["a", "b"]},
    }


@pytest.mark.parametrize(
    ("declared", "parameter"),
    [
        ('type = number\n  default = "30"', {"type": "int", "defaultValue": 30}),
        ("type = string\n  default = 30", {"type": "string", "defaultValue": "30"}),
        ('type = bool\n  default = "true"', {"type": "bool", "defaultValue": True}),
        ("default = 1.5", {"type": "string", "defaultValue": "1.5"}),
    ],
)
def test_a_default_fits_its_type(packer: Any, declared: str, parameter: dict[str, Any]) -> None:
    """Packer converts; ARM does not."""
    build = 'provisioner "shell" {\n    inline = ["${var.x}"]\n  }'
    imported = packer.source("", build, f'variable "x" {{\n  {declared}\n}}\n')
    assert imported.template["parameters"] == {"x": parameter}


def test_tags_are_texts(packer: Any) -> None:
    """Numbers and booleans too."""
    imported = packer.source("  azure_tags = { a = 1, b = true, c = var.size }", rest=VARIABLES)
    assert imported.template["variables"]["tags"] == {
        "a": "1",
        "b": "true",
        "c": "[string(parameters('size'))]",
    }


LIST_OF_THREE = "[local.l{0}, local.l{0}, local.l{0}]"


@pytest.mark.parametrize(
    "grow", ['"${{local.l{0}}}${{local.l{0}}}"', "concat(local.l{0}, local.l{0})", LIST_OF_THREE]
)
@pytest.mark.parametrize("used", ["local.l50", "coalesce(local.l50)", 'join(",", local.l50)'])
def test_values_that_grow_end(packer: Any, grow: str, used: str) -> None:
    """Fifty doublings fill no memory: a value that is too large counts as unknown."""
    first = '"ab"' if '"' in grow else "[1]"
    lines = "".join(f"  l{number} = {grow.format(number - 1)}\n" for number in range(1, 51))
    imported = packer.source(
        f'  vm_size = {used}\n  dynamic "azure_tag" {{\n    for_each = {used}\n    content {{}}\n  }}',
        rest=f"locals {{\n  l0 = {first}\n{lines}}}\n",
    )
    assert len(str(imported)) < 200_000


def test_what_each_run_works_out_is_a_parameter_and_noted(packer: Any) -> None:
    """The time of a run has no place in a template that is read again and again."""
    imported = packer.source("", 'provisioner "shell" {\n    inline = ["${local.stamp}"]\n  }', VARIABLES)
    assert imported.template["parameters"]["stamp"]["type"] == "string"
    assert any("local.stamp" in note.message for note in imported.notes)


def test_locals_that_define_each_other_end(packer: Any, properties: Any) -> None:
    """Packer refuses them; nothing hangs here."""
    assert inline(packer, properties, "local.loop") == "[variables('loop')]"


def test_environment_variables_are_not_read(
    packer: Any, properties: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever imports may have secrets there; a parameter stands for each."""
    monkeypatch.setenv("REGION", "hunter2")
    imported = packer.json(
        {"type": "shell", "inline": ["{{user `region`}} {{env `REGION`}}"]},
        variables={"region": "{{env `REGION`}}"},
    )
    assert "hunter2" not in str(imported)
    assert imported.template["parameters"]["region"] == {
        "type": "string",
        "metadata": {"description": "Packer's default: env REGION"},
    }


def test_both_formats_become_the_same(packer: Any) -> None:
    """One template, written twice."""
    in_json = packer.json(
        {"type": "shell", "inline": ["echo {{user `name`}}"], "environment_vars": ["A={{user `name`}}"]},
        builder={"name": "web", "vm_size": "{{user `size`}}", "azure_tags": {"n": "{{user `name`}}"}},
        variables={"name": "web", "size": "Standard_D2s_v5"},
    )
    in_hcl = packer.source(
        """
          vm_size    = var.size
          azure_tags = { n = var.name }
        """,
        """
          provisioner "shell" {
            inline           = ["echo ${var.name}"]
            environment_vars = ["A=${var.name}"]
          }
        """,
        """
          variable "name" { default = "web" }
          variable "size" { default = "Standard_D2s_v5" }
        """,
    )
    assert in_json.template == in_hcl.template


def test_a_dynamic_block_follows_its_values(packer: Any, properties: Any) -> None:
    """As many blocks as there are values; none is no output at all."""
    text = """
      managed_image_name = null
      dynamic "shared_image_gallery_destination" {
        for_each = {targets}
        content {{
          resource_group = "shared"
          gallery_name   = shared_image_gallery_destination.value
          image_name     = "web"
        }}
      }
    """.replace("{{", "{").replace("}}", "}")
    two = packer.source(text.replace("{targets}", '["one", "two"]'))
    names = [target["galleryImageId"].split("/")[-3] for target in properties(two)["distribute"]]
    assert names == ["one", "two"]
    none = packer.source(text.replace("{targets}", "var.fast ? [] : [1]"), rest=VARIABLES)
    assert properties(none)["distribute"][0]["galleryImageId"] == "[parameters('galleryImageId')]"
