"""Functions and operators of HCL2 as ARM writes them."""

from __future__ import annotations

import re
from collections.abc import Callable

_PERCENT = re.compile(r"%(%|[sdv])")


class NoArmFunctionError(Exception):
    """ARM has no such function, or none that does the same with these arguments."""


def arm_call(name: str, arguments: list[str]) -> str:
    """Write a call. The arguments are ARM expressions already. Raises NoArmFunctionError."""
    write = _WRITERS.get(name)
    if write is None:
        raise NoArmFunctionError(name)
    try:
        return write(*arguments)
    except TypeError:  # another number of arguments than ARM's function takes
        raise NoArmFunctionError(name) from None


def has_arm_function(name: str) -> bool:
    """Tell whether ARM can write a function of HCL2."""
    return name in _WRITERS


def _plain(arm_name: str) -> Callable[..., str]:
    return lambda *arguments: f"{arm_name}({', '.join(arguments)})"


def _equals(left: str, right: str) -> str:
    for one, other in ((left, right), (right, left)):
        if one == "null()":
            return f"empty({other})"  # an ARM parameter is empty where Packer's variable is null
    return f"equals({left}, {right})"


def _format(pattern: str, *arguments: str) -> str:
    holes = iter(range(len(arguments)))
    if not pattern.startswith("'") or re.search(r"%(?![sdv%])", pattern):
        raise NoArmFunctionError("format")

    def hole(match: re.Match[str]) -> str:
        return "%" if match.group(1) == "%" else f"{{{next(holes)}}}"

    try:
        text = _PERCENT.sub(hole, pattern.replace("{", "{{").replace("}", "}}"))
    except StopIteration:
        raise NoArmFunctionError("format") from None
    return f"format({', '.join((text, *arguments))})"


def _replace(text: str, old: str, new: str) -> str:
    if old.startswith("'/") and old.endswith("/'"):
        raise NoArmFunctionError("replace with a regular expression")
    return f"replace({text}, {old}, {new})"


def _lookup(whole: str, key: str, default: str = "null()") -> str:
    return f"if(contains({whole}, {key}), {whole}[{key}], {default})"


def _substr(text: str, offset: str, length: str) -> str:
    return f"substring({text}, {offset}, {length})" if length != "-1" else f"substring({text}, {offset})"


_WRITERS: dict[str, Callable[..., str]] = {
    name: _plain(name)
    for name in (
        "not", "and", "or", "less", "greater", "lessOrEquals", "greaterOrEquals", "add", "sub", "mul", "div",
        "mod", "concat", "length", "contains", "min", "max", "range",
    )
} | {
    "equals": _equals,
    "lower": _plain("toLower"),
    "upper": _plain("toUpper"),
    "trimspace": _plain("trim"),
    "replace": _replace,
    "format": _format,
    "split": lambda separator, text: f"split({text}, {separator})",
    "join": lambda separator, items: f"join({items}, {separator})",
    "substr": _substr,
    "merge": _plain("union"),
    "lookup": _lookup,
    "element": lambda items, index: f"{items}[mod({index}, length({items}))]",
    "tostring": _plain("string"),
    "tonumber": _plain("int"),
    "tolist": lambda items: items,
    "toset": lambda items: items,
    "jsonencode": _plain("string"),
    "jsondecode": _plain("json"),
    "base64encode": _plain("base64"),
    "base64decode": _plain("base64ToString"),
    "startswith": _plain("startsWith"),
    "endswith": _plain("endsWith"),
}  # fmt: skip
