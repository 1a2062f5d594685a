"""The ARM template language, evaluated offline and as far as anybody knows. Imports nothing but stdlib."""

from __future__ import annotations

from aib_airflow.arm_template.deployment import Deployment
from aib_airflow.arm_template.errors import ArmFault, ArmTemplateError, DocumentPath
from aib_airflow.arm_template.parameter_files import read_parameters
from aib_airflow.arm_template.parameters import ParameterDeclaration
from aib_airflow.arm_template.resources import DeployedResource
from aib_airflow.arm_template.scope import DeploymentScope
from aib_airflow.arm_template.unknown import Need, Unknown

__all__ = [
    "ArmFault",
    "ArmTemplateError",
    "DeployedResource",
    "Deployment",
    "DeploymentScope",
    "DocumentPath",
    "Need",
    "ParameterDeclaration",
    "Unknown",
    "read_parameters",
]
