"""What mutations begin with: small templates of every kind, and the corpus of real ones where it is at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "aib"


class Seed(NamedTuple):
    """A file to mutate."""

    suffix: str
    content: bytes


RESOURCE: dict[str, Any] = {
    "type": "Microsoft.VirtualMachineImages/imageTemplates",
    "apiVersion": "2024-02-01",
    "location": "westus2",
    "identity": {"type": "UserAssigned", "userAssignedIdentities": {"/subscriptions/s/identity": {}}},
    "properties": {
        "buildTimeoutInMinutes": 90,
        "vmProfile": {
            "vmSize": "Standard_D2s_v5",
            "osDiskSizeGB": 64,
            "vnetConfig": {"subnetId": "/subnets/a"},
        },
        "source": {"type": "PlatformImage", "publisher": "Debian", "offer": "debian-12", "sku": "12-gen2"},
        "customize": [
            {"type": "Shell", "name": "one", "inline": ["echo one", "echo \u00e9 'two'"]},
            {"type": "File", "name": "two", "sourceUri": "https://host/a", "destination": "/tmp/a"},
            {
                "type": "PowerShell",
                "name": "three",
                "runElevated": True,
                "validExitCodes": [0, 3010],
                "inline": ["x"],
            },
            {"type": "WindowsRestart", "restartTimeout": "5m"},
            {"type": "WindowsUpdate", "updateLimit": 20, "filters": ["include:$true"]},
        ],
        "validate": {
            "continueDistributeOnFailure": False,
            "inVMValidations": [{"type": "Shell", "inline": ["true"]}],
        },
        "distribute": [
            {
                "type": "SharedImage",
                "runOutputName": "a",
                "galleryImageId": "/g/i",
                "targetRegions": [{"name": "w"}],
            },
            {"type": "ManagedImage", "runOutputName": "b", "imageId": "/images/b", "location": "westus2"},
            {"type": "VHD", "runOutputName": "c", "uri": "https://host/c.vhd"},
        ],
    },
}

EXPRESSIONS: dict[str, Any] = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {
        "name": {"type": "string", "defaultValue": "[concat('img-', uniqueString(resourceGroup().id))]"},
        "regions": {"type": "array", "defaultValue": ["westus2", "eastus"]},
        "size": {"type": "int", "minValue": 1},
        "options": {"type": "object", "defaultValue": {"fast": True}},
    },
    "functions": [
        {
            "namespace": "fx",
            "members": {
                "twice": {
                    "parameters": [{"name": "text", "type": "string"}],
                    "output": {"type": "string", "value": "[concat(parameters('text'), parameters('text'))]"},
                }
            },
        }
    ],
    "variables": {
        "tags": {"made": "[utcNow()]", "by": "[fx.twice('x')]"},
        "copy": [
            {
                "name": "steps",
                "count": 3,
                "input": {"type": "Shell", "inline": ["[string(copyIndex('steps'))]"]},
            }
        ],
        "short": "[if(parameters('options').fast, toLower(parameters('name')), 'slow')]",
    },
    "resources": [
        {
            **RESOURCE,
            "name": "[variables('short')]",
            "location": "[resourceGroup().location]",
            "condition": "[not(empty(parameters('regions')))]",
            "tags": "[union(variables('tags'), createObject('n', length(parameters('regions'))))]",
            "properties": {
                **RESOURCE["properties"],
                "customize": "[variables('steps')]",
                "vmProfile": {"osDiskSizeGB": "[parameters('size')]"},
                "distribute": [
                    {
                        "type": "SharedImage",
                        "runOutputName": "[format('{0}-{1}', parameters('name'), 1)]",
                        "galleryImageId": "[resourceId('Microsoft.Compute/galleries/images', 'g', 'i')]",
                        "replicationRegions": "[map(parameters('regions'), lambda('r', toUpper(lambdaVariables('r'))))]",
                    }
                ],
            },
        }
    ],
    "outputs": {"id": {"type": "string", "value": "[reference('x').id]"}},
}

NESTED: dict[str, Any] = {
    "$schema": EXPRESSIONS["$schema"],
    "languageVersion": "2.0",
    "contentVersion": "1.0.0.0",
    "resources": {
        "inner": {
            "type": "Microsoft.Resources/deployments",
            "apiVersion": "2022-09-01",
            "name": "inner",
            "copy": {"name": "loop", "count": 2},
            "properties": {
                "expressionEvaluationOptions": {"scope": "inner"},
                "mode": "Incremental",
                "parameters": {"size": {"value": "[copyIndex()]"}},
                "template": EXPRESSIONS,
            },
        }
    },
}

PIPELINE = """\
variables:
  region: westus2
  tags: &tags {team: "{{ region }}", size: 5}
schedule: {cron: "0 3 * * 2", timezone: Europe/Berlin}
location: "{{ region }}"
tags: {<<: *tags, image: "{{ image | upper }}-{{ tags.size + 1 }}"}
properties:
  source: {type: PlatformImage, publisher: Debian, offer: debian-12, sku: 12-gen2}
  customize:
    - type: Shell
      inline: ["echo {{ region ~ '-x' }}", 'curl -w "%{http_code}" $(x) #{y}#']
  distribute:
    - {type: VHD, runOutputName: out}
"""


PARAMETERS = Seed(
    ".json",
    b"""{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {"name": {"value": "web"}, "size": {"value": 64}, "regions": {"value": ["westus2"]}}
}
""",
)


def seeds() -> list[Seed]:
    """Return every file to begin with, in the same order everywhere; half of them are our own."""
    own = [Seed(".json", json.dumps(each, indent=2).encode()) for each in (RESOURCE, EXPRESSIONS, NESTED)]
    real = sorted(path for path in CORPUS.rglob("*") if path.is_file()) if CORPUS.is_dir() else []
    own.append(Seed(".yaml", PIPELINE.encode()))
    return [*own * max(1, len(real) // 6), *(Seed(".json", path.read_bytes()) for path in real)]
