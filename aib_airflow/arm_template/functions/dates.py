"""ARM's functions on dates: ISO 8601 durations, seconds of the epoch, and .NET's format strings."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from aib_airflow.arm_template.errors import ExpressionError
from aib_airflow.arm_template.functions.arguments import limited, need_text, need_whole_number
from aib_airflow.arm_template.functions.registry import arm_function

_MAX_PATTERN = 256
_DURATION = re.compile(
    r"(-)?P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?"
    r"(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})S)?)?"
)
_STANDARD = {
    "d": "M/d/yyyy",
    "D": "dddd, MMMM d, yyyy",
    "g": "M/d/yyyy h:mm tt",
    "G": "M/d/yyyy h:mm:ss tt",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffZ",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffffZ",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "t": "h:mm tt",
    "T": "h:mm:ss tt",
    "u": "yyyy-MM-dd HH:mm:ssZ",
    "y": "MMMM yyyy",
    "Y": "MMMM yyyy",
}
"""Format strings of one letter, written out; culture is invariant in Azure."""
_PART = re.compile(r"'([^']*)'|\"([^\"]*)\"|\\(.)|%?(y+|M+|d+|h+|H+|m+|s+|f+|t+|z+|K)|(.)", re.DOTALL)


@arm_function("dateTimeAdd", 2, 3)
def date_time_add(base: Any, duration: Any, pattern: Any = "o") -> str:
    """Add an ISO 8601 duration to a date."""
    moved = _moved(_read("dateTimeAdd", base), need_text("dateTimeAdd", duration))
    return format_date("dateTimeAdd", moved, need_text("dateTimeAdd", pattern))


@arm_function("dateTimeToEpoch", 1, 1)
def date_time_to_epoch(date: Any) -> int:
    """Return the seconds from 1970 to a date."""
    return int(_read("dateTimeToEpoch", date).timestamp())


@arm_function("dateTimeFromEpoch", 1, 1)
def date_time_from_epoch(seconds: Any) -> str:
    """Return the date that is so many seconds after 1970."""
    try:
        date = datetime.fromtimestamp(need_whole_number("dateTimeFromEpoch", seconds), UTC)
    except (ValueError, OverflowError, OSError):
        raise ExpressionError("dateTimeFromEpoch() needs a date of the years 1 to 9999") from None
    return format_date("dateTimeFromEpoch", date, "u").replace(" ", "T")


def format_date(function: str, date: datetime, pattern: str) -> str:
    """Write a UTC date by one of .NET's format strings. Raises ExpressionError for one that is too long."""
    if not 0 < len(pattern) <= _MAX_PATTERN:
        raise ExpressionError(f"{function}() needs a format of 1 to {_MAX_PATTERN} characters")
    parts = _PART.finditer(_STANDARD.get(pattern, pattern))
    return limited(function, "".join(_written(part, date) for part in parts))


def _written(part: re.Match[str], date: datetime) -> str:
    quoted, double_quoted, escaped, letters, other = part.groups()
    if letters is None:
        return quoted or double_quoted or escaped or other or ""
    write = _LETTERS[letters[0]]
    return write(date, len(letters))


def _fraction(date: datetime, count: int) -> str:
    return f"{date.microsecond * 10:07d}"[:count].ljust(count, "0")


def _day(date: datetime, count: int) -> str:
    if count > 2:
        return calendar.day_abbr[date.weekday()] if count == 3 else calendar.day_name[date.weekday()]
    return f"{date.day:0{count}d}"


def _month(date: datetime, count: int) -> str:
    if count > 2:
        return calendar.month_abbr[date.month] if count == 3 else calendar.month_name[date.month]
    return f"{date.month:0{count}d}"


def _year(date: datetime, count: int) -> str:
    return f"{date.year % 100:0{count}d}" if count < 3 else f"{date.year:0{count}d}"


_LETTERS: dict[str, Callable[[datetime, int], str]] = {
    "y": _year,
    "M": _month,
    "d": _day,
    "H": lambda date, count: f"{date.hour:0{min(count, 2)}d}",
    "h": lambda date, count: f"{date.hour % 12 or 12:0{min(count, 2)}d}",
    "m": lambda date, count: f"{date.minute:0{min(count, 2)}d}",
    "s": lambda date, count: f"{date.second:0{min(count, 2)}d}",
    "f": _fraction,
    "t": lambda date, count: ("AM" if date.hour < 12 else "PM")[:count],
    "z": lambda _, count: ("+0", "+00", "+00:00")[min(count, 3) - 1],
    "K": lambda *_: "Z",
}


def _read(function: str, value: Any) -> datetime:
    text = need_text(function, value).strip()
    compact = re.fullmatch(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", text)
    if compact:
        text = "{}-{}-{}T{}:{}:{}+00:00".format(*compact.groups())
    text = re.sub(r"(\.\d{6})\d+", r"\1", text)
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        fix = "write it as 2026-11-22T10:00:00Z"
        raise ExpressionError(f"{function}() cannot read the date '{text[:40]}'", fix) from None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


def _moved(date: datetime, duration: str) -> datetime:
    read = _DURATION.fullmatch(duration.strip())
    if read is None or duration.strip().endswith(("P", "T")):
        fix = "write one of ISO 8601, such as P3D or -PT9H"
        raise ExpressionError(f"dateTimeAdd() cannot read the duration '{duration[:40]}'", fix)
    sign = -1 if read.group(1) else 1
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in read.groups()[1:])
    try:
        month = date.year * 12 + date.month - 1 + sign * (years * 12 + months)
        year, month = divmod(month, 12)
        day = min(date.day, calendar.monthrange(year, month + 1)[1])
        rest = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        return date.replace(year=year, month=month + 1, day=day) + sign * rest
    except (ValueError, OverflowError, IndexError):
        raise ExpressionError("dateTimeAdd() leaves the years 1 to 9999") from None
