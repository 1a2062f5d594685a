"""The marketplace: publishers, offers, skus and versions of the base images that the emulator can make."""

from __future__ import annotations

from collections.abc import Callable

from aib_airflow.emulator import errors
from aib_airflow.emulator.cloud import Cloud, PlatformImage
from aib_airflow.emulator.compute.sources import find_platform_image
from aib_airflow.emulator.compute.versions import version_key
from aib_airflow.emulator.regions import region_name
from aib_airflow.emulator.routing import LIST, Call, Handler, Reply, Routes
from aib_airflow.emulator.store import Json

PUBLISHERS = "Microsoft.Compute/locations/publishers"
TYPES = f"{PUBLISHERS}/artifacttypes"
OFFERS = f"{TYPES}/offers"
SKUS = f"{OFFERS}/skus"
VERSIONS = f"{SKUS}/versions"


def names(attribute: Callable[[PlatformImage], str]) -> Handler:
    """Return the handler of a list of publishers, offers or skus."""

    def list_names(cloud: Cloud, call: Call) -> Reply:
        found = sorted({attribute(image) for image in _matching(cloud, call)})
        if not found and len(call.id.names) > 1:
            raise _nothing(call)
        return Reply(200, [_item(call, f"{call.id}/{_word(call)}/{name}", name) for name in found])

    return list_names


def list_versions(cloud: Cloud, call: Call) -> Reply:
    """GET versions; `$orderby=name desc`, `$top` and `$expand=properties` as Azure has them."""
    found = sorted(_matching(cloud, call), key=lambda image: version_key(image.version))
    if not found:
        raise _nothing(call)
    if call.query.get("$orderby", "").lower() == "name desc":
        found.reverse()
    found = found[: int(call.query["$top"])] if "$top" in call.query else found
    expanded = call.query.get("$expand", "").lower() == "properties"
    return Reply(200, [_version(call, f"{call.id}/Versions", image, expanded=expanded) for image in found])


def get_version(cloud: Cloud, call: Call) -> Reply:
    """GET one version; `latest` is the highest."""
    _, publisher, _, offer, sku, version = call.id.names
    image = find_platform_image(cloud, publisher, offer, sku, version)
    if image is None:
        raise _nothing(call)
    return Reply(200, _version(call, str(call.id).rpartition("/")[0], image, expanded=True))


def _matching(cloud: Cloud, call: Call) -> list[PlatformImage]:
    """Return the images under the part of the path that is given."""
    location, *rest = call.id.names
    region_name(location)
    wanted = [name.lower() for index, name in enumerate(rest) if index != 1]
    found = []
    for image in cloud.platform_images():
        urn = (image.publisher.lower(), image.offer.lower(), image.sku.lower())
        if list(urn[: len(wanted)]) == wanted:
            found.append(image)
    return found


def _word(call: Call) -> str:
    return call.type.rpartition("/")[2].capitalize()


def _item(call: Call, identity: str, name: str) -> Json:
    return {"id": identity, "name": name, "location": region_name(call.id.names[0])}


def _version(call: Call, prefix: str, image: PlatformImage, *, expanded: bool) -> Json:
    item = _item(call, f"{prefix}/{image.version}", image.version)
    if expanded:
        item["properties"] = {
            "architecture": image.architecture,
            "hyperVGeneration": image.generation,
            "osDiskImage": {"operatingSystem": image.os_type},
            "dataDiskImages": [],
            "automaticOSUpgradeProperties": {"automaticOSUpgradeSupported": False},
            "imageDeprecationStatus": {"imageState": "Active"},
            "features": [],
        }
    return item


def _nothing(call: Call) -> errors.ArmError:
    return errors.ArmError(404, "NotFound", f"Artifact: VMImage was not found: {call.id}.")


ROUTES: Routes = {
    ("GET", PUBLISHERS, LIST): names(lambda image: image.publisher),
    ("GET", OFFERS, LIST): names(lambda image: image.offer),
    ("GET", SKUS, LIST): names(lambda image: image.sku),
    ("GET", VERSIONS, LIST): list_versions,
    ("GET", VERSIONS, ""): get_version,
}
