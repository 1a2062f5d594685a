"""The ARM template language, evaluated offline: expressions, parameters, variables. Imports nothing but stdlib."""

from __future__ import annotations

from aib_airflow.arm_template.deployment import Deployment
from aib_airflow.arm_template.errors import ArmFault, ArmTemplateError, DocumentPath, ExpressionError
from aib_airflow.arm_template.evaluator import Evaluator
from aib_airflow.arm_template.parameters import ParameterDeclaration
from aib_airflow.arm_template.scope import DeploymentScope

__all__ = [
    "ArmFault",
    "ArmTemplateError",
    "Deployment",
    "DeploymentScope",
    "DocumentPath",
    "Evaluator",
    "ExpressionError",
    "ParameterDeclaration",
]
