"""What a template says of itself when it is deployed: its outputs."""

from __future__ import annotations

from typing import Any

from aib_airflow.arm_template.copies import repeat_input
from aib_airflow.arm_template.errors import ArmFault, DocumentPath
from aib_airflow.arm_template.frame import Frame
from aib_airflow.arm_template.functions import field_of, kind_of
from aib_airflow.arm_template.template import Template


def read_outputs(template: Template, frame: Frame, faults: list[ArmFault]) -> dict[str, dict[str, Any]]:
    """Return the outputs as `reference(...).outputs` has them: `{name: {"type": ..., "value": ...}}`.

    One whose condition is false is left out. What is wrong becomes a fault. Raises LimitError.
    """
    section = field_of(template.document, "outputs") or {}
    path = (*template.path, "outputs")
    if not isinstance(section, dict):
        faults.append(ArmFault(path, f"outputs must be an object, not {kind_of(section)}"))
        return {}
    outputs = {}
    for name, body in section.items():
        place = (*path, name)
        if not isinstance(body, dict):
            faults.append(ArmFault(place, f"an output must be an object, not {kind_of(body)}"))
        elif _is_deployed(template, body, place, frame, faults):
            value = _value(template, body, place, frame, faults)
            outputs[name] = {"type": str(body.get("type", "")), "value": value}
    return outputs


def _is_deployed(
    template: Template, body: dict[str, Any], path: DocumentPath, frame: Frame, faults: list[ArmFault]
) -> bool:
    if "condition" not in body:
        return True
    return template.evaluator.evaluate(body["condition"], (*path, "condition"), frame, faults) is not False


def _value(
    template: Template, body: dict[str, Any], path: DocumentPath, frame: Frame, faults: list[ArmFault]
) -> Any:
    evaluator = template.evaluator
    if "value" in body or "copy" not in body:
        return evaluator.evaluate(body.get("value"), (*path, "value"), frame, faults)
    loop = body["copy"]
    return evaluator.standing_at((*path, "copy"), frame, lambda: repeat_input(evaluator, loop), faults)
