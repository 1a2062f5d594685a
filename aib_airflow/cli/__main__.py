"""`python -m aib_airflow.cli`: the same as `aib`, for children that must run in this very interpreter."""

import sys

from aib_airflow.cli import main

if __name__ == "__main__":
    sys.exit(main())
