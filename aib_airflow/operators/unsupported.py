"""A stage that this version does not build: it stands in the DAG, so that the whole build can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from airflow.sdk.exceptions import AirflowFailException

from aib_airflow.operators.base import BuildOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class UnsupportedStageOperator(BuildOperator):
    """Fail, always: `reserve` refuses such a build before this stage is reached.

    :param what: what the template asks for, such as "customizer PowerShell"
    """

    ui_color = "#e4e4e4"

    def __init__(self, *, what: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.what = what

    def execute(self, context: Context) -> NoReturn:
        """Name what is asked for. Raises AirflowFailException: another attempt would fail too."""
        raise AirflowFailException(
            f"{self.plan.template.path.name}: {self.what} is not built by this version yet; an image without it "
            "is not what the template asks for"
        )
