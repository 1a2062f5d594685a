"""`{{ expressions }}` in a pipeline file: texts are rendered, never the file's structure.

Names are the file's `variables`, each of which may use those above it, and `image`, the file's stem. A text that
is nothing but one expression gets that expression's value, whatever its type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from aib_airflow.template.documents import SourceFile
from aib_airflow.template.documents.plain_json import is_too_deep
from aib_airflow.template.expression_filters import ExpressionError, text_of
from aib_airflow.template.expressions import ESCAPE_HINT, Evaluator
from aib_airflow.template.faults import Fault

if TYPE_CHECKING:
    from aib_airflow.arm_template import DocumentPath

MAX_TEXT_LENGTH = 64 * 1024
"""Characters of one text that has expressions, before and after."""

_NOT_IN_TEXT = "\ue000"
"""Begins Jinja2's statements and comments here, neither of which there are: `{#` and `{%` are text to its parser."""

_PARSER = Environment(  # noqa: S701 - nothing is rendered by Jinja2, to HTML least of all
    block_start_string=f"{_NOT_IN_TEXT}%",
    block_end_string=f"%{_NOT_IN_TEXT}",
    comment_start_string=f"{_NOT_IN_TEXT}#",
    comment_end_string=f"#{_NOT_IN_TEXT}",
    keep_trailing_newline=True,
)
_PARSING_WEIGHT = 10
"""What it costs to parse a character, of the budget that evaluating has too."""


def render(file: SourceFile, document: dict[str, Any]) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    """Return `document` with the expressions of its texts evaluated, and what is wrong with them.

    A text with a wrong expression stays as it is.
    """
    if "{{" not in file.text and "{%" not in file.text:
        return document, ()
    renderer = _Renderer(file)
    variables = document.get("variables")
    if isinstance(variables, dict):
        document = document | {"variables": renderer.render_variables(variables)}
    rendered = {
        key: value if key == "variables" else renderer.render(value, (key,))
        for key, value in document.items()
    }
    if is_too_deep(rendered):
        renderer.refuse((), "expressions nest values too deeply", "write it flatter")
        return document, tuple(renderer.faults)
    return rendered, tuple(renderer.faults)


class _Renderer:
    """Renders the values of one file, in the order of the file."""

    def __init__(self, file: SourceFile) -> None:
        self.faults: list[Fault] = []
        self._file = file
        self._names: dict[str, Any] = {"image": file.path.stem}
        self._evaluator = Evaluator(self._names)

    def refuse(self, path: DocumentPath, message: str, fix: str) -> None:
        """Note what is wrong at `path`."""
        self.faults.append(self._file.fault(path, message, fix))

    def render_variables(self, variables: dict[str, Any]) -> dict[str, Any]:
        """Return the variables' values; each is a name for whatever comes after it."""
        rendered = {}
        for name, value in variables.items():
            rendered[name] = self.render(value, ("variables", name))
            if name == "image":
                self.refuse(("variables", name), "'image' is the name of this file", "choose another name")
            elif not name.isidentifier():
                fix = "use letters, digits and underscores"
                self.refuse(("variables", name), "no expression can name this variable", fix)
            else:
                self._names[name] = rendered[name]
        return rendered

    def render(self, value: Any, path: DocumentPath) -> Any:
        """Return a value with all its texts rendered."""
        if isinstance(value, dict):
            return {self._key(key, path): self.render(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.render(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, str) or ("{{" not in value and "{%" not in value):
            return value
        if self._evaluator.weight_left < 0:  # which has been said
            return value
        try:
            return self._render_text(value)
        except ExpressionError as wrong:
            self.refuse(path, wrong.message, wrong.fix)
        except RecursionError:
            self.refuse(path, "this expression is too large", "make several variables of it")
        return value

    def _key(self, key: str, path: DocumentPath) -> str:
        if "{{" in key:
            self.refuse((*path, key), "a field's name cannot be an expression", "write the name itself")
        return key

    def _render_text(self, text: str) -> Any:
        self._evaluator.charge(len(text) * _PARSING_WEIGHT)
        parts = _parse(text)
        values = [self._evaluator.evaluate(part) for part in parts]
        if len(parts) == 1 and not isinstance(parts[0], nodes.TemplateData):
            return values[0]
        rendered = "".join(map(text_of, values))
        if len(rendered) > MAX_TEXT_LENGTH:
            raise ExpressionError(f"this text becomes longer than {MAX_TEXT_LENGTH} characters", "shorten it")
        return rendered


def _parse(text: str) -> list[nodes.Expr]:
    """Return the texts and expressions that a text is made of. Raises ExpressionError."""
    if len(text) > MAX_TEXT_LENGTH:
        raise ExpressionError(
            f"a text with expressions has at most {MAX_TEXT_LENGTH} characters", ESCAPE_HINT
        )
    try:
        body = _PARSER.parse(text).body
    except TemplateSyntaxError as wrong:
        raise ExpressionError(f"this is no expression: {wrong.message}", ESCAPE_HINT) from None
    except (ValueError, OverflowError):
        raise ExpressionError("a number in this expression is too large", "write a smaller one") from None
    parts = [part for output in body if isinstance(output, nodes.Output) for part in output.nodes]
    for part in parts:
        if isinstance(part, nodes.TemplateData) and "{%" in part.data:
            fix = "use {{ expressions }}; '{%' as text is written {{ '{%' }}"
            raise ExpressionError("statements such as {% if %} or {% raw %} are not known here", fix)
    return parts
