"""Durations as Go writes them: `90s`, `2m0s`, `1h`."""

from __future__ import annotations

import math
import re
from typing import Any

_UNITS_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h))+")


def pause_s(value: Any) -> int:
    """Return whole seconds, rounded up; 0 for what is no duration."""
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        return 0
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", value)
    return math.ceil(sum(float(number) * _UNITS_S[unit] for number, unit in parts))
