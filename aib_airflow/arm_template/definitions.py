"""The shapes of values: ARM's types with their limits, and the types that a template defines for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aib_airflow.arm_template.errors import ExpressionError
from aib_airflow.arm_template.functions import identity, kind_of
from aib_airflow.arm_template.unknown import Unknown, is_known

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "securestring": str,
    "int": int,
    "bool": bool,
    "object": dict,
    "secureobject": dict,
    "array": list,
    "any": object,
}
_MAX_REFERENCES = 32
"""Definitions that may follow each other by `$ref` before one has a type."""
_MAX_DEPTH = 32
"""Levels of a value that are compared with a definition."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value must look like. `body` is the declaration, with all that it refers to merged into it.

    `type` is in lower case and without `secure`; `any` occurs inside a definition only.
    """

    type: str
    body: dict[str, Any]
    definitions: Any
    secure: bool
    nullable: bool

    @property
    def description(self) -> str:
        """What the author says about it."""
        metadata = self.body.get("metadata")
        return str(metadata.get("description", "")) if isinstance(metadata, dict) else ""

    @property
    def allowed_values(self) -> tuple[Any, ...]:
        """The only values there may be; empty if any may. An array's are those of its items."""
        return tuple(self.body.get("allowedValues", ()))

    def complaint(self, value: Any, *, secret: bool = False, depth: int = 0) -> str:
        """Say what is wrong with `value`, as the end of a sentence; nothing if it fits, or nobody knows it."""
        if isinstance(value, Unknown) or (value is None and self.nullable) or depth > _MAX_DEPTH:
            return ""
        expected = _TYPES[self.type]
        if not isinstance(value, expected) or (isinstance(value, bool) and self.type == "int"):
            return f"is of type {self.type}, but its value is {kind_of(value)}"
        return (
            self._complaint_about_words(value, secret=secret)
            or self._complaint_about_size(value)
            or self._complaint_about_parts(value, depth)
        )

    def _complaint_about_words(self, value: Any, *, secret: bool) -> str:
        allowed = {identity(each) for each in self.allowed_values}
        if not allowed or not is_known(value) or identity(value) in allowed:
            return ""
        if isinstance(value, list) and all(identity(item) in allowed for item in value):
            return ""
        shown = "a secret value" if secret or self.secure else repr(value)
        return f"has the value {shown}, which is not one of {', '.join(map(str, self.allowed_values))}"

    def _complaint_about_size(self, value: Any) -> str:
        if isinstance(value, bool | dict) or not isinstance(value, int | str | list):
            return ""
        is_number = isinstance(value, int)
        size, what = (value, "a value") if isinstance(value, int) else (len(value), "a length")
        at_least = self.body.get("minValue" if is_number else "minLength")
        at_most = self.body.get("maxValue" if is_number else "maxLength")
        if at_least is not None and size < at_least:
            return f"needs {what} of at least {at_least}"
        if at_most is not None and size > at_most:
            return f"needs {what} of at most {at_most}"
        return ""

    def _complaint_about_parts(self, value: Any, depth: int) -> str:
        parts: list[tuple[str, Any, Any]] = []
        if isinstance(value, list) and isinstance(self.body.get("items"), dict):
            parts = [(f"[{index}]", item, self.body["items"]) for index, item in enumerate(value)]
        elif isinstance(value, dict) and isinstance(self.body.get("properties"), dict):
            folded = {key.lower(): item for key, item in value.items()}
            for name, body in self.body["properties"].items():
                if name.lower() in folded:
                    parts.append((f".{name}", folded[name.lower()], body))
                elif not read_shape(body, self.definitions, inside=True).nullable:
                    return f"has no property '{name}'"
        for where, part, body in parts:
            shape = read_shape(body, self.definitions, inside=True)
            wrong = shape.complaint(part, secret=self.secure, depth=depth + 1)
            if wrong:
                return f"is wrong in {where}: it {wrong}"
        return ""


ANYTHING = Shape("any", {}, None, secure=False, nullable=True)


def read_shape(body: Any, definitions: Any, *, inside: bool = False) -> Shape:
    """Read a declaration of a parameter or, `inside` one, of a part. Raises ExpressionError."""
    if not isinstance(body, dict):
        raise ExpressionError(f"must be declared by an object, not {kind_of(body)}")
    whole = _resolve(body, definitions)
    spelling = str(whole.get("type", "any" if inside else "")).lower()
    if spelling not in _TYPES or (spelling == "any" and not inside):
        raise ExpressionError("needs a type: string, int, bool, object, array, secureString or secureObject")
    if not isinstance(whole.get("allowedValues", []), list):
        raise ExpressionError("has allowedValues that are no array")
    for limit in ("minValue", "maxValue", "minLength", "maxLength"):
        if not isinstance(whole.get(limit, 0), int):
            raise ExpressionError(f"has a {limit} that is no whole number")
    kind = spelling.removeprefix("secure")
    secure = spelling.startswith("secure")
    return Shape(kind, whole, definitions, secure=secure, nullable=bool(whole.get("nullable")))


def _resolve(body: dict[str, Any], definitions: Any) -> dict[str, Any]:
    """Return a declaration together with what it refers to; what it says itself wins."""
    whole = dict(body)
    for _ in range(_MAX_REFERENCES):
        target = whole.pop("$ref", None)
        if target is None:
            return whole
        name = str(target).removeprefix("#/definitions/")
        found = definitions.get(name) if isinstance(definitions, dict) else None
        if not isinstance(found, dict):
            raise ExpressionError(f"refers to '{target}', which is not defined", "add it to `definitions`")
        whole = found | whole
    raise ExpressionError(f"refers to a definition through more than {_MAX_REFERENCES} others")
