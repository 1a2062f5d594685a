"""Azure VM Image Builder's engine in the open, on Apache Airflow."""

__version__ = "0.1.0"
