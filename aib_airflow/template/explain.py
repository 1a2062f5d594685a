"""Turn pydantic's findings into sentences in AIB's words, each at its place in the document."""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from aib_airflow.arm_template.functions import kind_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from aib_airflow.arm_template import DocumentPath

_OLD_NAMES = {"script": "scriptUri", "tags": "artifactTags", "sourceURI": "sourceUri"}
"""Names of older API versions, or often confused, that spelling alone does not lead from."""

_HINTS = {
    "location": "give a region such as westus2",
    "name": "use 1 to 64 letters, digits, dots, dashes and underscores",
    "runOutputName": "use 1 to 64 letters, digits, dots, dashes and underscores",
    "restartTimeout": "write it like 5m or 2h",
    "sha256Checksum": "give 64 hexadecimal digits in lower case",
}
_PLACEHOLDER = re.compile(r"<[A-Za-z][^<>]*>")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in a document, not yet in a file."""

    path: DocumentPath
    message: str
    fix: str = ""


def explain(failure: ValidationError, model: type[BaseModel], document: Any) -> Iterator[Finding]:
    """Yield one finding an error, in AIB's words. `document` is what `model` was asked to read."""
    for error in failure.errors(include_url=False):
        path = _path_in(document, error["loc"])
        if isinstance(error["input"], str) and _PLACEHOLDER.search(error["input"]):
            yield Finding(path, f"'{error['input']}' has a placeholder", "replace it by a value")
        elif error["type"] == "extra_forbidden":
            yield _unknown_field(path, _model_at(model, error["loc"][:-1]))
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
    return Finding(path, f"{path[-1]} is required")


def _unknown_field(path: DocumentPath, owner: type[BaseModel] | None) -> Finding:
    name = str(path[-1])
    fields = list(_field_names(owner)) if owner else []
    guess = _did_you_mean(name, fields) or f"known are {', '.join(fields)}"
    return Finding(path, f"unknown field '{name}'", guess)


def _unknown_tag(error: ErrorDetails, path: DocumentPath) -> Finding:
    context = error.get("ctx", {})
    key = context["discriminator"].strip("'")
    known = [tag.strip("'") for tag in context["expected_tags"].split(", ")]
    return Finding(
        (*path, key),
        f"'{context['tag']}' is not one of {', '.join(known)}",
        _did_you_mean(context["tag"], known),
    )


def _no_tag(error: ErrorDetails, path: DocumentPath) -> Finding:
    key = error.get("ctx", {})["discriminator"].strip("'")
    return Finding((*path, key), f"{key} is required")


def _unknown_word(error: ErrorDetails, path: DocumentPath) -> Finding:
    known = [word.strip("' ") for word in error.get("ctx", {})["expected"].replace(" or ", ", ").split(", ")]
    written = str(error["input"])
    return Finding(path, f"'{written}' is not one of {', '.join(known)}", _did_you_mean(written, known))


def _rule(error: ErrorDetails, path: DocumentPath) -> Finding:
    context = error.get("ctx", {})
    return Finding(
        (*path, context["field"]) if context["field"] else path, context["message"], context["fix"]
    )


def _pattern(error: ErrorDetails, path: DocumentPath) -> Finding:
    hint = _HINTS.get(str(path[-1]), f"it must match {error.get('ctx', {})['pattern']}")
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


def _did_you_mean(written: str, known: Iterable[str]) -> str:
    names = list(known)
    folded = {name.lower(): name for name in names}
    close = difflib.get_close_matches(written.lower(), folded, n=1)
    old = _OLD_NAMES.get(written)
    best = old if old in names else folded[close[0]] if close else ""
    return f"did you mean '{best}'?" if best else ""


def _field_names(model: type[BaseModel]) -> Iterator[str]:
    """Yield the names that may be written; what the service only answers with is not advised."""
    for name, field in model.model_fields.items():
        if not field.exclude:
            yield field.alias or name


def _model_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> type[BaseModel] | None:
    """Follow pydantic's location, tags included, to the model that stands there."""
    here: Any = model
    for part in loc:
        here = next((found for each in _members(here) if (found := _step(each, part)) is not None), None)
    models = [each for each in _members(here) if _is_model(each)]
    return models[0] if len(models) == 1 else None


def _step(annotation: Any, part: int | str) -> Any:
    if isinstance(part, int):
        return get_args(annotation)[0] if get_origin(annotation) is tuple else None
    if not _is_model(annotation):
        return None
    fields = {field.alias or name: field for name, field in annotation.model_fields.items()}
    if part in fields:
        return fields[part].annotation
    tags = [get_args(fields[tag].annotation) for tag in ("type", "scheme") if tag in fields]
    return annotation if (part,) in tags else None


def _members(annotation: Any) -> list[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _members(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [member for each in get_args(annotation) for member in _members(each)]
    return [annotation]


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
