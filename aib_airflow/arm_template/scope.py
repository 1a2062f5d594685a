"""Where and when a deployment would happen, as far as somebody said so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DeploymentScope:
    """The deployment's place and time; what is empty is not known.

    `deployment_name` is what `deployment().name` answers: Azure's tools use the file's stem. `started` and
    `seed` are a run's: they make `utcNow()` and `newGuid()` known, and the same whenever they are asked again.
    """

    subscription_id: str = ""
    resource_group: str = ""
    location: str = ""
    tenant_id: str = ""
    deployment_name: str = ""
    started: datetime | None = None
    seed: str = ""
