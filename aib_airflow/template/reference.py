"""The field reference of README.md, made from the models: a table an object, an object once.

`python -m aib_airflow.template.reference README.md` writes it anew between its two marks.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from aib_airflow.template.json_schema import SINCE, JsonSchema, model_schema
from aib_airflow.template.pipeline import PipelineSettings
from aib_airflow.template.resource import ImageTemplateResource

BEGIN = "<!-- field reference: written by `python -m aib_airflow.template.reference README.md` -->"
END = "<!-- end of the field reference -->"

_REF = "#/$defs/"
_TAGS = ("type", "scheme")


def render() -> str:
    """Return the whole reference as Markdown."""
    return "\n".join(
        [
            *_part("Image templates", "The resource", ImageTemplateResource),
            *_part("Pipeline files", "The file", PipelineSettings),
        ]
    )


def replace(text: str) -> str:
    """Return a file's text with the reference between its marks. Raises ValueError when they are not there."""
    if text.count(BEGIN) != 1 or END not in text.split(BEGIN)[1]:
        raise ValueError(f"the marks are missing: {BEGIN} and, below it, {END}")
    head, rest = text.split(BEGIN)
    return f"{head}{BEGIN}\n\n{render()}\n{END}{rest.split(END, 1)[1]}"


@dataclass(frozen=True, slots=True)
class _Object:
    """One table: the path at which the object stands, its tag where there are several kinds, its schema."""

    path: str
    tag: str
    schema: JsonSchema

    @property
    def title(self) -> str:
        return f"`{self.path}`" + (f" {self.tag}" if self.tag else "")

    @property
    def link(self) -> str:
        """The object's name, leading to its table by the anchor that GitHub makes of its title."""
        anchor = re.sub(r"[^a-z0-9 _-]", "", self.title.lower()).replace(" ", "-")
        return f"[{self.tag or 'object'}](#{anchor})"


def _part(title: str, root: str, model: type[BaseModel]) -> Iterator[str]:
    schema = model_schema(model)
    objects: dict[str, _Object] = {}
    _collect(_Object("", "", schema), schema["$defs"], objects)
    yield f"### {title}\n"
    for each in (_Object(root, "", schema), *objects.values()):
        yield f"#### {each.title if each.schema is not schema else root}\n"
        yield f"{_sentence(each.schema)}\n"
        yield from _table(each.schema, objects)
        yield ""


def _collect(owner: _Object, definitions: JsonSchema, objects: dict[str, _Object]) -> None:
    """Put the objects below `owner` into `objects`, in the order of the fields; each kind of object once."""
    for name, field in owner.schema["properties"].items():
        inner = field.get("items", field)
        path = f"{owner.path}.{name}".lstrip(".") + ("[]" if inner is not field else "")
        for kind in _kinds(inner):
            if kind not in objects:
                schema = definitions[kind]
                objects[kind] = _Object(path, _tag(schema) if "oneOf" in inner else "", schema)
                _collect(objects[kind], definitions, objects)


def _kinds(field: JsonSchema) -> Iterator[str]:
    for each in (field, *field.get("oneOf", ())):
        if "$ref" in each:
            yield each["$ref"].removeprefix(_REF)


def _tag(schema: JsonSchema) -> str:
    return next(str(schema["properties"][tag]["const"]) for tag in _TAGS if tag in schema["properties"])


def _table(schema: JsonSchema, objects: dict[str, _Object]) -> Iterator[str]:
    fields = schema["properties"].items()
    rows = [_row(name, field, schema, objects) for name, field in fields if not field.get("readOnly")]
    columns = ["field", "type", "default", "since", "meaning"]
    if not any(row["since"] for row in rows):
        columns.remove("since")
    yield _line(columns)
    yield "|" + "---|" * len(columns)
    for row in sorted(rows, key=lambda row: row["field"].strip("`") not in _TAGS):
        yield _line(row[column].replace("|", r"\|") for column in columns)
    read_only = [f"`{name}`" for name, field in fields if field.get("readOnly")]
    if read_only:
        yield f"\nWritten by the service, read and ignored: {', '.join(read_only)}."


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _row(name: str, field: JsonSchema, owner: JsonSchema, objects: dict[str, _Object]) -> dict[str, str]:
    return {
        "field": f"`{name}`",
        "type": _type(field, objects),
        "default": "**required**" if name in owner.get("required", ()) else _default(field),
        "since": field.get(SINCE, ""),
        "meaning": "" if "const" in field else " ".join(field["description"].split()),
    }


def _type(field: JsonSchema, objects: dict[str, _Object]) -> str:
    """Say what may be written: kind and limits."""
    links = [objects[kind].link for kind in _kinds(field)]
    words = [field["const"]] if "const" in field else field.get("enum", [])
    if links:
        return ", ".join(links)
    if words:
        return ", ".join(f"`{word}`" for word in words)
    if "anyOf" in field:
        return " or ".join(_type(each, objects) for each in field["anyOf"] if each.get("const") != "")
    if "items" in field:
        return f"{_size(field)}list of {_plural(_type(field['items'], objects))}"
    return _PLAIN[field.get("type", "")](field)


def _text(field: JsonSchema) -> str:
    if field.get("pattern", "").startswith("^/subscriptions/"):
        return "resource id"
    return f"text `{field['pattern']}`" if "pattern" in field else f"{_size(field)}text"


def _size(field: JsonSchema) -> str:
    return "non-empty " if field.get("minItems") or field.get("minLength") else ""


def _number(field: JsonSchema) -> str:
    low, high = field.get("minimum"), field.get("maximum")
    if high is not None:
        return f"number, {low} to {high}"
    return "number" if low is None else f"number, {low} or more"


def _mapping(field: JsonSchema) -> str:
    return "texts by name" if field.get("additionalProperties") == {"type": "string"} else "object"


def _plural(kind: str) -> str:
    return re.sub(r"\b(text|number|object|resource id|list)\b", r"\1s", kind, count=1)


_PLAIN: dict[str, Callable[[JsonSchema], str]] = {
    "string": _text,
    "integer": _number,
    "boolean": lambda _: "`true`, `false`",
    "object": _mapping,
    "": lambda _: "anything",
}


def _default(field: JsonSchema) -> str:
    default = field.get("default")
    return "" if default in (None, "", []) else f"`{_json(default)}`"


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _sentence(schema: JsonSchema) -> str:
    return str(schema["description"]).split("\n\n", 1)[0]


if __name__ == "__main__":
    for name in sys.argv[1:]:
        readme = Path(name)
        readme.write_text(replace(readme.read_text(encoding="utf-8")), encoding="utf-8")
