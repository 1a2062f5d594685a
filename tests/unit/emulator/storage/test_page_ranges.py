"""Page ranges of a sparse file."""

from __future__ import annotations

from pathlib import Path

import pytest

from aib_airflow.emulator.storage.page_ranges import page_list, page_ranges

MIB = 2**20


@pytest.fixture
def sparse(tmp_path: Path) -> Path:
    """8 MiB and a footer, with data at 1 MiB and in the footer."""
    path = tmp_path / "sparse.vhd"
    with path.open("wb") as file:
        file.seek(MIB)
        file.write(b"x" * 4096)
        file.seek(8 * MIB)
        file.write(b"conectix".ljust(512, b"\0"))
    return path


def test_ranges_hold_all_data_and_lie_on_pages(sparse: Path) -> None:
    """File systems round holes to their blocks, so ranges may be longer than the data, never shorter."""
    size = sparse.stat().st_size
    ranges = list(page_ranges(sparse, 0, size - 1))
    assert all(start % 512 == 0 and (end + 1) % 512 == 0 for start, end in ranges)
    assert any(start <= MIB and end >= MIB + 4095 for start, end in ranges)
    assert ranges[-1][1] == size - 1
    assert sum(end - start + 1 for start, end in ranges) < size


def test_only_the_asked_part_is_told(sparse: Path) -> None:
    """Between the two data areas there is nothing."""
    assert list(page_ranges(sparse, 2 * MIB, 3 * MIB - 1)) == []


def test_a_marker_says_where_to_go_on(sparse: Path) -> None:
    """With more ranges than the limit, the next one's start is the marker."""
    ranges = [(0, 511), (1024, 1535), (2048, 2559)]
    assert "<NextMarker>2048</NextMarker>" in page_list(iter(ranges), 2)
    assert "<NextMarker/>" in page_list(iter(ranges), 3)
