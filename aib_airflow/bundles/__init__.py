"""A DAG bundle over a folder of image templates, for `[dag_processor] dag_bundle_config_list`."""

from __future__ import annotations

from aib_airflow.bundles.bundle import TemplateDagBundle

__all__ = ["TemplateDagBundle"]
