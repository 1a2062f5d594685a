"""What may stand in place of a value in a JSON Schema: ARM expressions and copy loops, or Jinja2's `{{ }}`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

JsonSchema = dict[str, Any]

ARM_EXPRESSION: JsonSchema = {
    "title": "ARM expression",
    "description": "An expression in brackets, such as [parameters('location')].",
    "type": "string",
    "pattern": r"^\[(?!\[)",
}
JINJA_EXPRESSION: JsonSchema = {
    "title": "Jinja2 expression",
    "description": "A text with {{ }} or {% %} in it.",
    "type": "string",
    "pattern": r"\{\{|\{%",
}

_EXPRESSION = {"$ref": "#/$defs/Expression"}
_SAID_OUTSIDE = ("title", "description", "default", "examples", "x-since")
_LOOPS: JsonSchema = {
    "title": "Copy loops",
    "description": "Loops that make arrays of the object they are in.",
    "type": "array",
    "items": {"type": "object", "required": ["name", "count"]},
}


def open_to(definitions: dict[str, JsonSchema], expression: JsonSchema) -> dict[str, JsonSchema]:
    """Return the definitions, with `expression` allowed for every value but the tags that tell objects apart."""
    opened = {name: _open_properties(schema) for name, schema in definitions.items()}
    return {"Expression": expression} | opened


def allow_loops(definitions: dict[str, JsonSchema]) -> dict[str, JsonSchema]:
    """Return the definitions, with `copy` in every object that has arrays: it can make them."""
    return {"CopyLoops": _LOOPS} | {name: _allow_loops(schema) for name, schema in definitions.items()}


def deployment(image_template_types: Iterable[str]) -> JsonSchema:
    """Return the schema of a deployment template; only its image templates are looked into."""
    kinds = {"type": {"enum": list(image_template_types)}}
    resource = {
        "type": "object",
        "required": ["type"],
        "if": {"properties": kinds},
        "then": {"$ref": "#/$defs/ImageTemplateResource"},
        "else": {
            "if": {"properties": {"type": {"const": "Microsoft.Resources/deployments"}}},
            "then": {
                "properties": {"properties": {"properties": {"template": {"$ref": "#/$defs/Deployment"}}}}
            },
        },
    }
    return {
        "title": "Deployment template",
        "description": "An ARM deployment template, written by hand or compiled from Bicep.",
        "type": "object",
        "required": ["resources"],
        "properties": {
            "$schema": {"type": "string"},
            "contentVersion": {"type": "string"},
            "languageVersion": {"type": "string", "description": "2.0 has resources as an object."},
            "parameters": {"type": "object", "description": "What the trigger form asks for."},
            "variables": {"type": "object"},
            "functions": {"type": ["array", "object"]},
            "outputs": {"type": "object"},
            "resources": {
                "type": ["array", "object"],
                "items": resource,
                "additionalProperties": resource,
            },
        },
    }


def _allow_loops(schema: JsonSchema) -> JsonSchema:
    fields = schema.get("properties", {})
    arrays = [name for name, field in fields.items() if field.get("type") == "array"]
    if not arrays:
        return schema
    opened = schema | {"properties": fields | {"copy": {"$ref": "#/$defs/CopyLoops"}}}
    needed = [name for name in schema.get("required", ()) if name in arrays]
    if needed:
        opened["required"] = [name for name in schema["required"] if name not in needed]
        opened["anyOf"] = [{"required": ["copy"]}, {"required": needed}]
    return opened


def _open_properties(schema: JsonSchema) -> JsonSchema:
    """Open the values below a schema, and below the rules that it has beside its properties."""
    opened = dict(schema)
    for keyword in ("properties", "dependentSchemas"):
        if keyword in schema:
            opened[keyword] = {name: _open(each, keyword) for name, each in schema[keyword].items()}
    for keyword in ("then", "items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            opened[keyword] = _open(schema[keyword], keyword)
    if isinstance(schema.get("oneOf"), list):
        opened["oneOf"] = [_open_properties(each) for each in schema["oneOf"]]
    return opened


def _open(schema: JsonSchema, keyword: str) -> JsonSchema:
    inner = _open_properties(schema)
    if keyword in ("then", "dependentSchemas") or ("const" in schema and "description" in schema):
        return inner
    if "discriminator" in inner:
        tag = inner["discriminator"]["propertyName"]
        chosen_later = {"type": "object", "required": [tag], "properties": {tag: _EXPRESSION}}
        inner["oneOf"] = [*inner["oneOf"], chosen_later]
    about = {word: inner.pop(word) for word in _SAID_OUTSIDE if word in inner}
    if inner in ({}, {"type": "string"}, {"readOnly": True}):
        return about | inner
    return about | {"if": _EXPRESSION, "else": inner}
