"""Which pages of a sparse file hold data, as Get Page Ranges tells it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

PAGE = 512


def page_ranges(path: Path, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield (start, end), both inclusive and on page boundaries, of the data between `first` and `last`."""
    with path.open("rb") as file:
        position = first
        while position <= last:
            start = _seek(file.fileno(), position, os.SEEK_DATA)
            if start is None or start > last:
                return
            end = _seek(file.fileno(), start, os.SEEK_HOLE) or path.stat().st_size
            yield max(start // PAGE * PAGE, first), min(-(-end // PAGE) * PAGE - 1, last)
            position = end


def page_list(ranges: Iterator[tuple[int, int]], limit: int) -> str:
    """Return the XML for at most `limit` ranges, with a marker when there are more."""
    shown = "".join(
        f"<PageRange><Start>{start}</Start><End>{end}</End></PageRange>"
        for start, end in islice(ranges, limit)
    )
    following = next(ranges, None)
    marker = f"<NextMarker>{following[0]}</NextMarker>" if following else "<NextMarker/>"
    return f'<?xml version="1.0" encoding="utf-8"?><PageList>{shown}{marker}</PageList>'


def _seek(descriptor: int, position: int, whence: int) -> int | None:
    try:
        return os.lseek(descriptor, position, whence)
    except OSError as error:
        if error.errno == errno.ENXIO:
            return None
        raise
