"""The formats as JSON Schema (draft 2020-12), made from the models: for editors, and for the field reference."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from aib_airflow.template.pipeline import PipelineSettings
from aib_airflow.template.resource import ImageTemplateResource
from aib_airflow.template.schema_expressions import (
    ARM_EXPRESSION,
    JINJA_EXPRESSION,
    allow_loops,
    deployment,
    open_to,
)

if TYPE_CHECKING:
    from pydantic_core import core_schema

JsonSchema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SINCE = "x-since"
"""The keyword for the API version that brought a field."""

_TYPES = ["Microsoft.VirtualMachineImages/imageTemplates", "Microsoft.VirtualMachineImages"]
_RESOURCE_FIELDS: JsonSchema = {
    "type": {"enum": _TYPES, "description": "The kind of resource; it may be left out."},
    "apiVersion": {"type": "string", "description": "The API version that the template was written for."},
}
_DEPLOYMENT_FIELDS: JsonSchema = {
    "$schema": {"type": "string"},
    "id": {"type": "string"},
    "condition": {"description": "Whether the resource is there."},
    "copy": {"type": "object", "description": "How many of this resource there are."},
    "dependsOn": {"type": "array", "description": "What is deployed before; of no meaning here."},
    "comments": {"type": "string"},
    "metadata": {"type": "object"},
    "scope": {"type": "string"},
    "scale": {},
    "systemData": {"readOnly": True},
}


def template_schema() -> JsonSchema:
    """Return the schema of template files: an image template, or a deployment template that holds some.

    Wherever a value stands, an ARM expression may stand as well.
    """
    resource, definitions = _resource()
    resource["properties"] |= _DEPLOYMENT_FIELDS
    objects = allow_loops(definitions) | {"ImageTemplateResource": resource}
    return {
        "$schema": DIALECT,
        "title": "Image template",
        "description": "A template of Azure VM Image Builder (API 2025-10-01), alone or in an ARM deployment template.",
        "if": {"required": ["resources"]},
        "then": {"$ref": "#/$defs/Deployment"},
        "else": {"$ref": "#/$defs/ImageTemplateResource"},
        "$defs": open_to(objects, ARM_EXPRESSION) | {"Deployment": deployment(_TYPES)},
    }


def pipeline_schema() -> JsonSchema:
    """Return the schema of pipeline files, which name a template or hold its fields themselves.

    Wherever a value stands, a Jinja2 expression may stand as well.
    """
    settings, sections = _schema_of(PipelineSettings)
    resource, definitions = _resource()
    opened = open_to(
        {"PipelineFile": settings} | sections | {"ImageTemplateResource": resource} | definitions,
        JINJA_EXPRESSION,
    )
    whole, inline = opened.pop("PipelineFile"), opened.pop("ImageTemplateResource")
    return {
        "$schema": DIALECT,
        "title": "Pipeline file",
        "description": "When, how and from which template an image is built.",
        "type": "object",
        "properties": whole["properties"] | inline["properties"],
        "additionalProperties": False,
        "oneOf": [{"required": ["template"]}, {"required": inline["required"]}],
        "$defs": opened,
    }


def model_schema(model: type[BaseModel]) -> JsonSchema:
    """Return the schema of one model as it is, its definitions in `$defs`."""
    schema, definitions = _schema_of(model)
    return schema | {"$defs": definitions}


def _resource() -> tuple[JsonSchema, dict[str, JsonSchema]]:
    schema, definitions = _schema_of(ImageTemplateResource)
    schema["properties"] = _RESOURCE_FIELDS | schema["properties"]
    return schema, definitions


def _schema_of(model: type[BaseModel]) -> tuple[JsonSchema, dict[str, JsonSchema]]:
    schema = model.model_json_schema(schema_generator=_Generator)
    return schema, schema.pop("$defs", {})


class _Generator(GenerateJsonSchema):
    """Pydantic's schemas with the texts under the fields, and without what an author would never write."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Leave out titles that are but the field's name."""
        del schema
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchema:
        """Leave out null: to AIB it means that the field is not given."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchema:
        """Leave out defaults that say nothing: null, and objects, whose own fields have theirs."""
        found = super().default_schema(schema)
        if isinstance(found.get("default"), dict | None):
            found.pop("default", None)
        return found

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchema:
        """Add the texts under the fields, and a title that can be read."""
        found = super().model_schema(schema)
        found["title"] = _words(schema["cls"].__name__)
        _describe(found, schema["cls"])
        return found


def _describe(schema: JsonSchema, model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        shown = schema["properties"][field.alias or name]
        if "const" in shown:  # the tag of a union: it says what the whole object is
            shown["description"] = schema["description"]
            schema["required"] = list(dict.fromkeys([field.alias or name, *schema.get("required", ())]))
        else:
            shown["description"] = field_text(model, name)


def field_text(model: type[BaseModel], field: str) -> str:
    """Return the text under a field in the source of its model. Raises LookupError when there is none."""
    for each in model.__mro__:
        if issubclass(each, BaseModel) and field in _texts(each.__module__).get(each.__name__, {}):
            return _texts(each.__module__)[each.__name__][field]
    raise LookupError(f"{model.__name__}.{field} has no text under it: say there what it means")


@lru_cache
def _texts(module: str) -> Mapping[str, Mapping[str, str]]:
    """Return the texts under the fields of all classes of a module.

    Pydantic can do this, but does it whenever a model is imported, and so in each task's process.
    """
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: dict(_texts_in(node.body)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _texts_in(body: Iterable[ast.stmt]) -> Iterator[tuple[str, str]]:
    for pair in itertools.pairwise(body):
        match pair:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()
