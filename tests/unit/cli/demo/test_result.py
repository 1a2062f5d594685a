"""What a demo ends with."""

from __future__ import annotations

import io
import json
from pathlib import Path

from rich.console import Console

from aib_airflow.cli.demo.result import DemoResult, describe_packages
from aib_airflow.cli.demo.stage import Stage

RESULT = DemoResult(
    image_version_id="/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/ga/images/i/versions/1.0.3",
    regions=["eastus", "westus2"],
    vhd=Path("/srv/.aib/images/i-1.0.3.vhd"),
    vhd_bytes=4_294_967_808,
    build_id="b-1",
    stages=[
        Stage("reserve", "success", started=100.0, ended=101.0),
        Stage("provision", "success", started=101.0, ended=151.0),
        Stage("customize.0_tools", "success", started=151.0, ended=171.0),
        Stage("generalize", "success", started=171.0, ended=176.0),
        Stage("validate.0_boots", "skipped"),
    ],
    packages={"curl": "7.88.1-10"},
    base_image_s=10.0,
    total_s=110.0,
)


def test_the_document_has_the_promised_fields() -> None:
    """A program reads these names; they are the contract of `--output json`."""
    document = json.loads(json.dumps(RESULT.as_document()))
    assert document["image_version_id"] == RESULT.image_version_id
    assert document["regions"] == ["eastus", "westus2"]
    assert document["vhd"] == "/srv/.aib/images/i-1.0.3.vhd"
    assert document["build_id"] == "b-1"
    assert document["packages"] == {"curl": "7.88.1-10"}
    assert document["stages"][1] == {
        "task_id": "provision",
        "state": "success",
        "started": "1970-01-01T00:01:41+00:00",
        "seconds": 50.0,
    }


def test_ours_is_all_but_boot_and_scripts() -> None:
    """110 s in all; 10 s for the base image, 50 s of boot and 20 s of scripts leave 30 s."""
    assert RESULT.as_document()["overhead_s"] == 30.0


def test_the_table_names_image_regions_file_and_seconds() -> None:
    """A person sees the same facts."""
    out = io.StringIO()
    RESULT.print(Console(file=out, width=140))
    shown = out.getvalue()
    for fact in ("versions/1.0.3", "eastus, westus2", "i-1.0.3.vhd (4.29 GB", "curl 7.88.1-10", "50.0 s"):
        assert fact in shown


def test_many_packages_are_counted_and_the_first_are_named() -> None:
    """Hundreds of packages do not bury the rest of the table."""
    packages = {f"package{number:02}": "1" for number in range(10)}
    assert describe_packages(packages).startswith("10: package00 1, ")
    assert describe_packages(packages).endswith(", and 2 more")
    assert describe_packages({}) == "none are recorded"
