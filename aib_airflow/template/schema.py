"""What every model of AIB's schema has in common: frozen, strict, AIB's spelling as aliases."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

State = Literal["Enabled", "Disabled"]
"""How AIB writes a switch."""

ResourceName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$", examples=["web-1"])]
"""A template's or a run output's name."""

Sha256 = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
"""A checksum in lower case, or nothing."""

ReadOnly = Annotated[Any, Field(default=None, exclude=True, repr=False), WithJsonSchema({"readOnly": True})]
"""What the service adds to a template it answers with: accepted in a file, and without meaning there."""


def since(api_version: str) -> Any:
    """Say which API version brought a field; one without is older than 2021."""
    return Field(json_schema_extra={"x-since": api_version})


class AibModel(BaseModel):
    """A JSON object of AIB. Unknown fields are refused, as the service does since 2024-02-01.

    The text under a field is what editors and the field reference say about it.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        strict=True,
    )


def broken_rule(message: str, fix: str = "", field: str = "") -> PydanticCustomError:
    """Make the error of a rule between fields. `field` is AIB's name of the one to point at."""
    return PydanticCustomError("aib_rule", "{message}", {"message": message, "fix": fix, "field": field})


def _check_arm_id(value: str) -> str:
    parts = value.strip("/").split("/")
    well_formed = value.startswith("/subscriptions/") and len(parts) % 2 == 0 and all(parts)
    if not well_formed or "<" in value:
        raise broken_rule(
            f"'{value}' is no resource id",
            "write it as /subscriptions/<id>/resourceGroups/<name>/providers/...",
        )
    return value


ArmId = Annotated[
    str,
    AfterValidator(_check_arm_id),
    Field(
        examples=["/subscriptions/unknown/resourceGroups/unknown/providers/Microsoft.Compute/images/unknown"]
    ),
    WithJsonSchema({"type": "string", "pattern": r"^/subscriptions/[^/<]+(/[^/<]+/[^/<]+)*/?$"}),
]
"""The full id of an Azure resource."""

ArmIdOrNone = Annotated[
    str,
    AfterValidator(lambda value: value and _check_arm_id(value)),
    WithJsonSchema({"type": "string", "pattern": r"^(/subscriptions/[^/<]+(/[^/<]+/[^/<]+)*/?)?$"}),
]
"""The full id of an Azure resource, or an empty text for none."""
