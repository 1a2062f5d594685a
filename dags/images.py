"""Each image template in the folder beside this file is an Airflow DAG of the same name."""

from pathlib import Path

from aib_airflow.factory import load_dags

globals().update(load_dags(Path(__file__).parent / "images"))
