"""What Airflow learns of this package."""

from __future__ import annotations

import importlib
import json
from importlib.metadata import entry_points
from importlib.resources import files

import jsonschema
import yaml

from aib_airflow.provider_info import get_provider_info


def test_airflow_accepts_it() -> None:
    """Airflow refuses to start any command with a provider whose description is invalid."""
    schema = json.loads(files("airflow").joinpath("provider_info.schema.json").read_text())
    jsonschema.validate(get_provider_info(), schema)


def test_its_connection_form_is_one_that_airflow_draws() -> None:
    """The stricter schema of provider.yaml knows what a form may hold."""
    schema = yaml.safe_load(files("airflow").joinpath("provider.yaml.schema.json").read_text())
    jsonschema.validate(get_provider_info()["connection-types"], schema["properties"]["connection-types"])


def test_it_is_announced() -> None:
    """The wheel's entry point leads here."""
    (point,) = [p for p in entry_points(group="apache_airflow_provider") if p.value.startswith("aib_airflow")]
    assert point.load() is get_provider_info


def test_all_that_it_names_exists() -> None:
    """Modules, hook and link can be imported."""
    info = get_provider_info()
    modules = [
        module
        for kind in ("hooks", "operators", "sensors", "triggers")
        for entry in info[kind]
        for module in entry["python-modules"]
    ]
    classes = [info["connection-types"][0]["hook-class-name"], *info["extra-links"]]
    for module in modules:
        importlib.import_module(module)
    for path in classes:
        module, _, name = path.rpartition(".")
        assert hasattr(importlib.import_module(module), name)


def test_every_option_has_a_default_and_a_description() -> None:
    """Airflow formats defaults, so a brace in one breaks its start."""
    for option in get_provider_info()["config"]["aib"]["options"].values():
        assert option["description"]
        assert not set(option["default"]) & set("{}")
