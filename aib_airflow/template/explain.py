"""Turn pydantic's findings into sentences in AIB's words, each at its place in the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from aib_airflow.arm_template.functions import kind_of
from aib_airflow.template.conform import did_you_mean
from aib_airflow.template.faults import MAX_FAULTS, Finding
from aib_airflow.template.retired import OLD_FIELDS, REMOVED_TYPES
from aib_airflow.template.shapes import Array, Choice, Record, Shape, record_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from aib_airflow.arm_template import DocumentPath

_OFTEN_CONFUSED = {"tags": "artifactTags"}
"""Names that spelling alone does not lead from."""

_HINTS = {
    "location": "give a region such as westus2",
    "name": "use 1 to 64 letters, digits, dots, dashes and underscores",
    "runOutputName": "use 1 to 64 letters, digits, dots, dashes and underscores",
    "restartTimeout": "write it like 5m or 2h",
    "bake": "give minutes, hours or days, such as 30m or 90d",
    "older_than": "give minutes, hours or days, such as 30m or 90d",
    "rebuild_when": "give always, source_changed, template_changed, packages_changed or older_than: 30d",
    "sha256Checksum": "give 64 hexadecimal digits in lower case",
}


def explain(failure: ValidationError, model: type[BaseModel], document: Any) -> Iterator[Finding]:
    """Yield one finding an error, in AIB's words, up to MAX_FAULTS. `document` is what `model` was asked to read."""
    for error in failure.errors(include_url=False)[:MAX_FAULTS]:
        path = _path_in(document, error["loc"])
        if error["type"] == "extra_forbidden":
            yield _unknown_field(path, _record_at(record_of(model), error["loc"][:-1]))
        else:
            yield _SENTENCES.get(error["type"], _in_pydantic_words)(error, path)


def _path_in(document: Any, loc: tuple[int | str, ...]) -> DocumentPath:
    """Leave out the tags that pydantic writes for the member of a union it chose."""
    path: list[str | int] = []
    here = document
    for part in loc:
        is_field = isinstance(here, dict) and part in here
        if is_field or (isinstance(here, list) and isinstance(part, int)):
            here = here[part]
        elif isinstance(here, dict) and part in (here.get("type"), here.get("scheme")):
            continue
        path.append(part)
    return tuple(path)


def _missing(error: ErrorDetails, path: DocumentPath) -> Finding:
    del error
    return Finding(path, f"{path[-1]} is required", "add it")


def _unknown_field(path: DocumentPath, owner: Record | None) -> Finding:
    name = str(path[-1])
    fields = owner.names if owner else []
    modern = (OLD_FIELDS | _OFTEN_CONFUSED).get(name)
    close = f"did you mean '{modern}'?" if modern in fields else did_you_mean(name, fields)
    return Finding(path, f"unknown field '{name}'", close or f"known are {', '.join(fields)}")


def _unknown_tag(error: ErrorDetails, path: DocumentPath) -> Finding:
    context = error.get("ctx", {})
    key = context["discriminator"].strip("'")
    known = [tag.strip("'") for tag in context["expected_tags"].split(", ")]
    fix = REMOVED_TYPES.get(context["tag"]) or did_you_mean(context["tag"], known)
    return Finding((*path, key), f"'{context['tag']}' is not one of {', '.join(known)}", fix)


def _no_tag(error: ErrorDetails, path: DocumentPath) -> Finding:
    key = error.get("ctx", {})["discriminator"].strip("'")
    return Finding((*path, key), f"{key} is required", "add it")


def _unknown_word(error: ErrorDetails, path: DocumentPath) -> Finding:
    known = [word.strip("' ") for word in error.get("ctx", {})["expected"].replace(" or ", ", ").split(", ")]
    written = str(error["input"])
    return Finding(path, f"'{written}' is not one of {', '.join(known)}", did_you_mean(written, known))


def _rule(error: ErrorDetails, path: DocumentPath) -> Finding:
    context = error.get("ctx", {})
    return Finding(
        (*path, context["field"]) if context["field"] else path, context["message"], context["fix"]
    )


def _pattern(error: ErrorDetails, path: DocumentPath) -> Finding:
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    hint = _HINTS.get(name, f"it must match {error.get('ctx', {})['pattern']}")
    return Finding(path, f"'{error['input']}' is not allowed here", hint)


def _empty(error: ErrorDetails, path: DocumentPath) -> Finding:
    return Finding(path, f"{path[-1]} must not be empty (it is {error['input']!r})")


def _wrong_kind(wanted: str, fix: str = "") -> Callable[[ErrorDetails, DocumentPath], Finding]:
    def describe(error: ErrorDetails, path: DocumentPath) -> Finding:
        quoted = isinstance(error["input"], str)
        return Finding(path, f"must be {wanted}, not {kind_of(error['input'])}", fix if quoted else "")

    return describe


def _in_pydantic_words(error: ErrorDetails, path: DocumentPath) -> Finding:
    return Finding(path, error["msg"][:1].lower() + error["msg"][1:])


_SENTENCES: dict[str, Callable[[ErrorDetails, DocumentPath], Finding]] = {
    "missing": _missing,
    "union_tag_invalid": _unknown_tag,
    "union_tag_not_found": _no_tag,
    "literal_error": _unknown_word,
    "aib_rule": _rule,
    "string_pattern_mismatch": _pattern,
    "string_too_short": _empty,
    "too_short": _empty,
    "int_type": _wrong_kind("a whole number", "remove the quotes"),
    "bool_type": _wrong_kind("true or false", "remove the quotes"),
    "string_type": _wrong_kind("a text"),
    "tuple_type": _wrong_kind("an array", "put it into brackets"),
    "dict_type": _wrong_kind("an object"),
    "model_type": _wrong_kind("an object"),
    "model_attributes_type": _wrong_kind("an object"),
}


def _record_at(shape: Shape, loc: tuple[int | str, ...]) -> Record | None:
    """Follow pydantic's location, tags included, to the object that stands there."""
    for part in loc:
        match shape:
            case Record() if part in shape.fields:
                shape = shape.fields[str(part)].shape
            case Array():
                shape = shape.item
            case Choice() if part in shape.records:
                shape = shape.records[str(part)]
            case _:
                return None
    return shape if isinstance(shape, Record) else None
