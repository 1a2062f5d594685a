"""What the demo itself does in the (emulated) Azure, over ARM and with the official SDKs.

Image Builder expects its target gallery and image definition to exist; they are made here, as an
administrator would. After the run the image version is read back: a green run is no proof of an image.
"""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aib_airflow.azure.client import GALLERY, Arm
from aib_airflow.azure.credentials import Account, Cloud
from aib_airflow.azure.errors import NotFoundError, translated
from aib_airflow.azure.gallery import DefinitionId, normalize_region
from aib_airflow.azure.group import create as create_group
from aib_airflow.cli.errors import CommandError

POLLING_INTERVAL_S = 1
COMPLETED = "Completed"


@dataclass(frozen=True, slots=True)
class EmulatorConnection:
    """How to reach the emulator: what it writes to `connection.json` once it listens."""

    endpoint: str
    authority: str
    tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)
    subscription_id: str
    ca_bundle: str

    @classmethod
    def read(cls, path: Path) -> EmulatorConnection:
        """Read the file; fields it has beyond ours are of no concern here."""
        document = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{name: document[name] for name in cls.__dataclass_fields__})

    def account(self) -> Account:
        """Return what our own SDK clients need."""
        return Account(
            subscription_id=self.subscription_id,
            cloud=Cloud(self.endpoint, self.authority, f"{self.endpoint}/.default", portal=self.endpoint),
            authentication="service_principal",
            tenant_id=self.tenant_id,
            client_id=self.client_id,
            client_secret=self.client_secret,
            ca_bundle=self.ca_bundle,
            polling_interval_s=POLLING_INTERVAL_S,
        )

    def as_airflow_connection(self) -> dict[str, Any]:
        """Return the Airflow connection, in the form of an `AIRFLOW_CONN_...` variable."""
        return {
            "conn_type": "azure_image_builder",
            "login": self.client_id,
            "password": self.client_secret,
            "extra": {
                "tenant_id": self.tenant_id,
                "subscription_id": self.subscription_id,
                "endpoint": self.endpoint,
                "authority": self.authority,
                "ca_bundle": self.ca_bundle,
                "polling_interval_s": POLLING_INTERVAL_S,
            },
        }


@translated
def ensure_definition(arm: Arm, definition: DefinitionId, location: str) -> None:
    """Make the resource group, the gallery and the image definition, unless they are there."""
    place: Any = {"location": location}
    image: Any = {
        "location": location,
        "properties": {
            "osType": "Linux",
            "osState": "Generalized",
            "hyperVGeneration": "V2",
            "identifier": {"publisher": "aib", "offer": "demo", "sku": definition.definition},
        },
    }
    group, gallery = definition.group, definition.gallery
    create_group(arm, group, location, tags={})
    galleries, definitions = arm.compute.galleries, arm.compute.gallery_images
    galleries.begin_create_or_update(group, gallery, place, api_version=GALLERY).result()
    definitions.begin_create_or_update(
        group, gallery, definition.definition, image, api_version=GALLERY
    ).result()


@translated
def replication_states(arm: Arm, version_id: str) -> dict[str, str]:
    """Return region -> state (`Completed`, `Replicating`, ...) of an image version."""
    definition = DefinitionId.parse(version_id)
    version = arm.compute.gallery_image_versions.get(
        definition.group,
        definition.gallery,
        definition.definition,
        version_id.rpartition("/")[2],
        expand="ReplicationStatus",
        api_version=GALLERY,
    )
    summary = (version.replication_status and version.replication_status.summary) or []
    return {normalize_region(str(entry.region)): plain(entry.state or "Unknown") for entry in summary}


def plain(value: str) -> str:
    """Return the text of an SDK's enumeration, whose own `str` is the name of its member."""
    return str(value.value) if isinstance(value, enum.Enum) else value


def check_version(arm: Arm, version_id: str) -> list[str]:
    """Return the regions of an image version; raises CommandError unless each of them is complete."""
    try:
        states = replication_states(arm, version_id)
    except NotFoundError as error:
        raise CommandError(f"the run succeeded, but {version_id} does not exist: {error}") from error
    late = {region: state for region, state in states.items() if state != COMPLETED}
    if late or not states:
        found = ", ".join(f"{region} is {state}" for region, state in late.items()) or "it has no region"
        raise CommandError(f"the run succeeded, but {version_id} is not in all its regions: {found}")
    return sorted(states)
