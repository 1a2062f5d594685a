"""What only Azure answers: reference() and its kind are named, not evaluated; nested deployments are looked into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aib_airflow.arm_template.syntax import Call, Node
from aib_airflow.arm_template.unknown import Need, Unknown, needs_of

if TYPE_CHECKING:
    from aib_airflow.arm_template.evaluator import Evaluator

_DEPLOYMENTS = "microsoft.resources/deployments"

_ASKED_OF_AZURE = {
    "reference", "references", "providers", "pickzones", "managementgroup", "getsecret", "tologicalzone",
    "tologicalzones", "tophysicalzone", "tophysicalzones",
}  # fmt: skip


def is_asked_of_azure(name: str) -> bool:
    """Tell whether a function, in lower case, is one that needs a deployment; `list...` are those of resources."""
    return name in _ASKED_OF_AZURE or (name.startswith("list") and "." not in name)


def unknown_of_azure(node: Call, arguments: list[Any]) -> Unknown:
    """Return the result of such a call: it waits for Azure, and for what its arguments wait for."""
    return Unknown(f"[{node.text}]", needs_of(*arguments) | {Need("azure", node.text)})


def reference(evaluator: Evaluator, node: Call) -> Any:
    """Look into a nested deployment of this template, and leave every other resource to Azure."""
    if 1 <= len(node.arguments) <= 2:  # a third argument asks for the resource around its properties
        name = _deployment_name(evaluator, node.arguments[0])
        answer = evaluator.deployments(name) if name else None
        if answer is not None:
            return answer
    return unknown_of_azure(node, [evaluator.node(argument) for argument in node.arguments])


def _deployment_name(evaluator: Evaluator, target: Node) -> str:
    """Return the name that `reference` is asked about, in the spelling by which deployments are known.

    In a resource id only the name counts: nobody may know the subscription yet. A name that is unknown
    itself is known by its text, which a compiler writes the same in both places.
    """
    if isinstance(target, Call) and target.name.endswith("resourceid"):
        values = [evaluator.node(argument) for argument in target.arguments]
        if not any(isinstance(value, str) and value.lower() == _DEPLOYMENTS for value in values):
            return ""
        return _spelling(values[-1])
    value = evaluator.node(target)
    if isinstance(value, str) and "/" in value:
        before, _, name = value.rpartition("/")
        return name if before.lower().endswith(_DEPLOYMENTS) else ""
    return _spelling(value)


def _spelling(name: Any) -> str:
    if isinstance(name, Unknown):
        return name.expression
    return name if isinstance(name, str) else ""
