"""Which files of a folder are images: templates and pipeline files, each image once."""

from __future__ import annotations

from pathlib import Path

_PIPELINE_SUFFIXES = (".yaml", ".yml")


def find_templates(folder: Path) -> tuple[Path, ...]:
    """Return the files to load, sorted. `web.yaml` takes the place of `web.json`; `*.parameters.json` are none.

    A folder that does not exist has no templates. Nothing is opened here.
    """
    if not folder.is_dir():
        return ()
    files = [path for path in folder.iterdir() if path.suffix in (".json", *_PIPELINE_SUFFIXES)]
    pipelines = {path.stem for path in files if path.suffix in _PIPELINE_SUFFIXES}
    return tuple(sorted(path for path in files if not _is_covered(path, pipelines)))


def _is_covered(path: Path, pipelines: set[str]) -> bool:
    is_json = path.suffix == ".json"
    return is_json and (path.stem in pipelines or path.stem.endswith(".parameters"))
