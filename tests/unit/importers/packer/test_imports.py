"""Reading HCL2 is paid for by those who import it."""

from __future__ import annotations

import subprocess
import sys


def test_neither_a_dag_nor_help_loads_the_hcl_parser() -> None:
    """python-hcl2 and lark come with the first .hcl file."""
    code = (
        "import sys, contextlib, aib_airflow, aib_airflow.factory, aib_airflow.importers.packer.importing\n"
        "from aib_airflow.cli import main\n"
        "with contextlib.suppress(SystemExit): main(['import', 'packer', '--help'])\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--var-file" in ended.stdout
    assert {"hcl2", "lark"} & {name.split(".")[0] for name in ended.stderr.split()} == set()
