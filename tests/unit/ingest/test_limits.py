"""Every limit of a file ends in an error that names the setting which raises it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kpi.errors import FileError, Where
from kpi.ingest import NamedFile, inspect, unpack
from kpi.ingest.limits import CHUNK, check_lines, check_rows
from kpi.settings import FileLimits, Settings, load_settings
from kpi.workspace import Home
from tests.files.make.binary import xlsb, zipped

ROWS = b"Order ID,Order date,Total\n1,2024-01-05,5\n2,2024-01-06,6\n3,2024-01-07,7\n"


def limited(**limits: int) -> Settings:
    """Settings with these limits."""
    return replace(load_settings(), files=FileLimits(**limits))


def refused(home: Home, path: Path, settings: Settings) -> FileError:
    """The error that looking into a file ends with."""
    with pytest.raises(FileError) as caught:
        inspect([NamedFile(path=path, name=path.name)], home, settings=settings)
    return caught.value


@pytest.mark.parametrize("name", ["orders.csv", "orders.xlsb"])
@pytest.mark.parametrize(
    ("limit", "code"),
    [("max_rows", "too_many_rows"), ("max_columns", "too_many_columns"), ("max_cell_letters", "cell_too_long")],
)
def test_rows_columns_and_cells(home: Home, tmp_path: Path, name: str, limit: str, code: str) -> None:
    """A table beyond a limit is refused, as a text and as a workbook."""
    path = tmp_path / name
    rows = [line.split(",") for line in ROWS.decode().splitlines()]
    path.write_bytes(ROWS if name.endswith("csv") else xlsb("Orders", rows))
    error = refused(home, path, limited(**{limit: 2}))
    assert (error.code, error.where.file) == (code, name)
    assert limit in error.remedy


def test_a_row_less_is_enough() -> None:
    """A limit is the most that is allowed."""
    check_rows(3, FileLimits(max_rows=3), Where())
    with pytest.raises(FileError):
        check_rows(4, FileLimits(max_rows=3), Where())


@pytest.mark.parametrize("before", [0, 1, 999, CHUNK - 500, CHUNK - 1, CHUNK])
def test_a_long_line_is_found_anywhere(tmp_path: Path, before: int) -> None:
    """Wherever in the file it begins, a line longer than the limit is found, and one as long as it is not."""
    path = tmp_path / "long.csv"
    filling = (b"x" * 99 + b"\n") * (before // 100 + 1)
    filling = filling[-before:] if before else b""
    for length, is_refused in ((1000, False), (1001, True)):
        path.write_bytes(filling + b"y" * length + b"\r\n" + b"z\n" * 50)
        if is_refused:
            with pytest.raises(FileError):
                check_lines(path, FileLimits(max_cell_letters=1000), "long.csv")
        else:
            check_lines(path, FileLimits(max_cell_letters=1000), "long.csv")


def test_archives(tmp_path: Path) -> None:
    """Number of files, size unpacked, and its ratio to the size packed are limits of their own."""
    path = tmp_path / "many.zip"
    path.write_bytes(zipped({f"{number}.csv": ROWS for number in range(5)}))
    zeros = tmp_path / "zeros.zip"
    zeros.write_bytes(zipped({"zeros.csv": bytes(70 * 2**20)}))
    for file, limits, code, setting in (
        (path, {"max_archive_files": 4}, "too_many_members", "max_archive_files"),
        (path, {"max_inflated_bytes": 300}, "archive_too_large", "max_inflated_mb"),
        (zeros, {"max_archive_ratio": 250}, "archive_too_large", "max_archive_ratio"),
    ):
        with pytest.raises(FileError) as caught:
            unpack(file, tmp_path, settings=limited(**limits))
        assert caught.value.code == code
        assert setting in caught.value.remedy


def test_a_workbook_that_swells(home: Home, tmp_path: Path) -> None:
    """A workbook is measured before it is opened."""
    path = tmp_path / "orders.xlsb"
    path.write_bytes(xlsb("Orders", [["a", "b"], *[[number, number] for number in range(500)]]))
    error = refused(home, path, limited(max_inflated_bytes=1000))
    assert error.code == "workbook_too_large"
    assert "max_inflated_mb" in error.remedy
