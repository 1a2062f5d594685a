"""What the loaders of a bundle do: each makes the DAGs of one image, from the version that it belongs to."""

from __future__ import annotations

from pathlib import Path

from airflow.sdk import DAG

from aib_airflow.factory import BrokenTemplates, load_dags

LIVE = "live"
TEMPLATES = "templates"
LAST_GOOD = "last_good"


def load_image(loader: str, image: str) -> dict[str, DAG]:
    """Make the DAGs of an image for the loader at that path.

    While its template is broken they are those of its last good version, or runs in flight would be without a
    DAG, and Airflow would not even clean up behind them.
    """
    version = _version_of(loader)
    last_good = version / LAST_GOOD / image
    if last_good.is_dir():
        return {dag_id: dag for dag_id, dag in load_dags(last_good, image).items() if not _is_broken(dag)}
    return load_dags(version / TEMPLATES, image)


def report_image(loader: str, image: str) -> dict[str, DAG]:
    """Report what is wrong with an image whose last good version is still used."""
    dags = load_dags(_version_of(loader) / TEMPLATES, image)
    return {dag_id: dag for dag_id, dag in dags.items() if _is_broken(dag)}


def is_broken(folder: Path, image: str) -> bool:
    """Tell whether anything is wrong with an image in a folder."""
    return any(map(_is_broken, load_dags(folder, image).values()))


def _version_of(loader: str) -> Path:
    """Return the folder of a loader's version: one that the DAG processor reads belongs to the live one."""
    root = Path(loader).resolve().parents[1]
    return (root / LIVE).resolve() if (root / LIVE).exists() else root


def _is_broken(dag: DAG) -> bool:
    return isinstance(dag, BrokenTemplates)
