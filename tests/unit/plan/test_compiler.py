"""From template to plan: task ids, defaults, and what is refused by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from aib_airflow.plan import BuildPlan
from aib_airflow.plan import compile as compile_plan
from aib_airflow.plan.versions import ExplicitVersion
from aib_airflow.template import TemplateError, load
from aib_airflow.template.distributors import LatestVersioning

PlanOf = Callable[..., BuildPlan]
GALLERY_IMAGE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/demo/images/web"


def refusals(
    plan_of: PlanOf, change: Callable[[dict[str, Any]], object] | None, name: str = "web.json"
) -> list[str]:
    with pytest.raises(TemplateError) as raised:
        plan_of(change, name)
    return [str(fault) for fault in raised.value.faults]


@pytest.mark.parametrize(
    ("name", "task_id"),
    [
        ("", "customize.1_shell"),
        ("install tools", "customize.1_install-tools"),
        ("Größe & Ähnliches!", "customize.1_gr-e-hnliches"),
        ("***", "customize.1_shell"),
        ("x" * 100, "customize.1_" + "x" * 40),
    ],
)
def test_a_customizers_name_becomes_its_task(name: str, task_id: str, plan_of: PlanOf) -> None:
    """Task ids are short and safe; the number makes them unique."""
    plan = plan_of(lambda properties: properties["customize"][0].update(name=name))
    assert plan.customizers[0].task_id == task_id


def test_defaults_are_explicit(plan_of: PlanOf) -> None:
    """AIB's four hours; no size means AIB's own by generation; the template's region when none is named."""
    plan = plan_of()
    assert (plan.image, plan.location, plan.build_timeout_s, plan.vm_sizes) == ("web", "westus2", 14_400, ())
    (distribution,) = plan.distributions
    assert distribution.version_rule == LatestVersioning()
    assert [region.task_id for region in distribution.regions] == ["regions.out.westus2"]


def test_a_pipelines_sizes_win_over_the_templates(plan_of: PlanOf) -> None:
    """The list is what is tried in order; the template's size alone is a list of one."""
    plan = plan_of(lambda properties: properties.update(vmProfile={"vmSize": "Standard_D2s_v5"}))
    assert plan.vm_sizes == ("Standard_D2s_v5",)
    pipeline = plan.template.path.with_name("corp.yaml")
    pipeline.write_text("template: web.json\nbuild: {vm_sizes: [A, B], retries: 0}\n", encoding="utf-8")
    corporate = compile_plan(load(pipeline))
    assert (corporate.image, corporate.vm_sizes, corporate.retries) == ("corp", ("A", "B"), 0)


def test_regions_are_azures_short_names(plan_of: PlanOf) -> None:
    """`East US` and `eastus` are one region."""

    def change(properties: dict[str, Any]) -> None:
        properties["distribute"][0] |= {
            "runOutputName": "web.v1",
            "galleryImageId": f"{GALLERY_IMAGE}/versions/1.2.3",
            "targetRegions": [{"name": "East US", "replicaCount": 2, "storageAccountType": "Premium_LRS"}],
        }

    (distribution,) = plan_of(change).distributions
    assert distribution.version_rule == ExplicitVersion("1.2.3")
    assert distribution.gallery_image.id == GALLERY_IMAGE
    (region,) = distribution.regions
    assert dataclasses.astuple(region) == ("regions.web-v1.eastus", "eastus", 2, "Premium_LRS")


def test_a_plan_is_pure(plan_of: PlanOf) -> None:
    """The same file gives the same plan, and nobody can change it."""
    plan = plan_of()
    assert plan == plan_of()
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.image = "other"  # type: ignore[misc]  # the point


NOT_BUILT: list[tuple[str, dict[str, Any]]] = [
    ("customizer PowerShell", {"customize": [{"type": "PowerShell", "inline": ["x"]}]}),
    ("customizer WindowsRestart", {"customize": [{"type": "WindowsRestart"}]}),
    ("customizer WindowsUpdate", {"customize": [{"type": "WindowsUpdate"}]}),
    (
        "source ManagedImage",
        {
            "source": {
                "type": "ManagedImage",
                "imageId": GALLERY_IMAGE.replace("galleries/demo/images", "images"),
            }
        },
    ),
    ("distributor VHD", {"distribute": [{"type": "VHD", "runOutputName": "out"}]}),
    (
        "versioning scheme Source",
        {
            "distribute": [
                {
                    "type": "SharedImage",
                    "runOutputName": "out",
                    "galleryImageId": GALLERY_IMAGE,
                    "versioning": {"scheme": "Source"},
                }
            ]
        },
    ),
    ("validation on a machine", {"validate": {"inVMValidations": [{"type": "Shell", "inline": ["true"]}]}}),
    ("validation of the source only", {"validate": {"sourceValidationOnly": True}}),
    ("optimisation of the boot", {"optimize": {"vmBoot": {"state": "Enabled"}}}),
    ("optimisation for a workload", {"optimize": {"workload": {"state": "Enabled"}}}),
    ("onCustomizerError abort", {"errorHandling": {"onCustomizerError": "abort"}}),
    ("autoRun", {"autoRun": {"state": "Enabled"}}),
    ("an additional data disk", {"additionalDataDisks": [{"sizeGB": 1}]}),
    ("a staging resource group of your own", {"stagingResourceGroup": "/subscriptions/s/resourceGroups/x"}),
    ("an existing subnet", {"vmProfile": {"vnetConfig": {"subnetId": GALLERY_IMAGE}}}),
    ("an identity on the build machine", {"vmProfile": {"userAssignedIdentities": [GALLERY_IMAGE]}}),
]


@pytest.mark.parametrize(("what", "change"), NOT_BUILT, ids=[what for what, _ in NOT_BUILT])
def test_what_is_not_built_yet_is_planned_and_named(
    what: str, change: dict[str, Any], plan_of: PlanOf
) -> None:
    """Nothing of a template is dropped in silence: the DAG has its tasks, and a run is refused."""
    (refusal,) = plan_of(lambda properties: properties.update(change)).unsupported
    assert f"{what} is not built by this version yet" in str(refusal)
    assert refusal.severity == "warning"


def test_a_switched_off_section_is_no_reason_to_refuse(plan_of: PlanOf) -> None:
    """`Disabled` asks for nothing."""
    off = {"optimize": {"vmBoot": {"state": "Disabled"}}, "autoRun": {"state": "Disabled"}, "validate": {}}
    assert plan_of(lambda properties: properties.update(off)).image == "web"


@pytest.mark.parametrize(
    ("file", "image"),
    [
        ("my image!.json", "my-image"),
        ("web@1b00ce29.json", "web-1b00ce29"),
        ("Ωmega.json", "mega"),
        ("..json", "image"),
        (f"{'long' * 30}.json", f"{('long' * 30)[:71]}-cc8458d7"),
    ],
)
def test_a_file_name_that_is_no_dag_id_gives_the_nearest_one(plan_of: PlanOf, file: str, image: str) -> None:
    """A file that Azure takes is not refused for its name; the reading says what the image is called."""
    assert plan_of(None, file).image == image


def test_run_outputs_that_would_share_a_task_are_refused(plan_of: PlanOf) -> None:
    """Dots separate groups in task ids, so they cannot tell two outputs apart."""

    def change(properties: dict[str, Any]) -> None:
        first = properties["distribute"][0]
        properties["distribute"] = [first | {"runOutputName": "a.b"}, first | {"runOutputName": "a-b"}]

    (refusal,) = refusals(plan_of, change)
    assert "'a-b' and 'a.b' name the same task" in refusal
