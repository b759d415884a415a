"""Workbooks that the fast reader cannot take, sheets that are chosen, and what a reader's end costs the others."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from kpi.errors import FileError
from kpi.ingest import NamedFile, ReadingChoice, guess, inspect, load, plan
from kpi.ingest.books import open_fast, open_safe
from kpi.ingest.inspection import sniff_again
from kpi.ingest.sheets import Asked, read_sheets
from kpi.ingest.workbook_parts import is_far_flung, look_through
from kpi.settings import FileLimits, load_settings
from kpi.workspace import Home, ensure_local
from tests.files.make.binary import zipped

FOLDER = Path(__file__).parents[2] / "files"
TABLE = (("Order ID", "Order date", "Total"), (1, "2024-03-04", 5), (2, "2024-03-05", 6), (3, "2024-03-06", 7))


def workbook(path: Path, **cells: object) -> Path:
    """A workbook with the table at its top left corner, and other cells."""
    made = openpyxl.Workbook()
    for row in TABLE:
        made.active.append(row)
    for place, value in cells.items():
        made.active[place] = value
    made.save(path)
    return path


def changed(path: Path, old: bytes, new: bytes) -> Path:
    """The workbook with other XML in its first sheet."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert old in parts[sheet]
    path.write_bytes(zipped({**parts, sheet: parts[sheet].replace(old, new)}))
    return path


def named(*paths: Path) -> list[NamedFile]:
    """Files under their own names."""
    return [NamedFile(path=path, name=path.name) for path in paths]


def test_far_cells_are_found_before_the_fast_reader_opens_them(tmp_path: Path) -> None:
    """A rectangle that would take half a terabyte is never laid out."""
    assert is_far_flung(workbook(tmp_path / "far.xlsx", XFD1048576="x"), "Sheet")
    assert is_far_flung(workbook(tmp_path / "corners.xlsx", SF1="x", A1048576="x"), "Sheet")
    assert not is_far_flung(workbook(tmp_path / "tall.xlsx", C1048576="x"), "Sheet")
    assert not is_far_flung(workbook(tmp_path / "wide.xlsx", XFD1="x"), "Sheet")


def test_a_workbook_that_ends_the_reader_is_read_again_safely(home: Home, tmp_path: Path) -> None:
    """What nobody saw coming aborts the process once; the slower reader then says what is wrong, others unharmed."""
    hidden = changed(workbook(tmp_path / "far.xlsx", XFD1048576="x"), b'r="XFD1048576"', b"r='XFD1048576'")
    assert not is_far_flung(hidden, "Sheet")
    with pytest.raises(FileError) as caught:
        inspect(named(workbook(tmp_path / "plain.xlsx"), hidden), home)
    assert (caught.value.code, caught.value.where.file) == ("too_many_columns", "far.xlsx")


@pytest.mark.slow
def test_too_little_memory_for_the_fast_reader(home: Home, tmp_path: Path) -> None:
    """A sheet too tall for the memory there is loads by the reader that goes row by row."""
    ensure_local(home)
    made = openpyxl.Workbook()
    made.active.append([f"Column {number}" for number in range(38)])
    made.active.append(range(38))
    made.active.cell(1048576, 1, 7)
    made.save(tmp_path / "tall.xlsx")
    settings = replace(load_settings(), reader_memory_bytes=800 * 2**20)
    (found,) = inspect(named(tmp_path / "tall.xlsx"), home, settings=settings)
    result = load(home, "local", [plan(guess(found).accept())], settings=settings)
    assert (result.rows, result.issues) == (2, 0)


@pytest.mark.parametrize(
    "name", ["report.xlsx", "stacked_tables.xlsx", "merged_data.xlsx", "error_cells.xlsx", "days_from_1904.xlsx"]
)
def test_both_readers_agree(tmp_path: Path, name: str) -> None:
    """The safe reader gives the tables that the fast one gives."""
    texts = []
    for safely in (False, True):
        folder = tmp_path / str(safely)
        folder.mkdir()
        asked = Asked(FOLDER / name, name, folder, FileLimits(), None, safely)
        texts.append([(table.sheet, table.area, table.rows, table.path.read_text()) for table in read_sheets(asked)])
    assert texts[0] == texts[1]
    assert [sheet.name for sheet in open_fast(FOLDER / name, name)] == [
        sheet.name for sheet in open_safe(FOLDER / name)
    ]


def test_a_sheet_that_is_gone(home: Home) -> None:
    """A chosen sheet that is not there is an error with the names that are."""
    path = FOLDER / "hidden_left_out.xlsx"
    with pytest.raises(FileError) as caught:
        inspect(named(path), home, choices={path.name: ReadingChoice(sheets=("Old",))})
    assert (caught.value.code, caught.value.near) == ("sheet_gone", ("Current", "Archive"))


def test_an_area_is_found_again(home: Home) -> None:
    """A table kept for longer than its copy lives is made anew from its own part of the sheet."""
    path = FOLDER / "stacked_tables.xlsx"
    _, targets = inspect(named(path), home)
    again = sniff_again(home, targets)
    assert (again.area, again.first_rows) == (targets.area, targets.first_rows)
    assert again.readable.exists()


def test_formulas_of_a_writer_that_leaves_them_to_be_worked_out(tmp_path: Path) -> None:
    """Zeros under every formula of a workbook to be calculated on opening are no results; other values are."""
    xlsxwriter = pytest.importorskip("xlsxwriter")
    for name, result, expected in (("none.xlsx", 0, {(1, 1), (2, 1)}), ("some.xlsx", 7, set())):
        with xlsxwriter.Workbook(tmp_path / name) as book:
            sheet = book.add_worksheet("Sheet")
            sheet.write_row(0, 0, ("a", "b"))
            sheet.write_formula(1, 1, "=1+1")
            sheet.write_formula(2, 1, "=3+4", None, result)
        assert look_through(tmp_path / name, "Sheet").without_result == expected


def test_a_damaged_sheet_leaves_the_others(home: Home, tmp_path: Path) -> None:
    """One sheet cut off in the middle is passed over with a warning; alone, it is an error that names it."""
    made = openpyxl.Workbook()
    for title in ("Sheet", "Second"):
        sheet = made.active if title == "Sheet" else made.create_sheet(title)
        for row in TABLE:
            sheet.append(row)
    made.save(tmp_path / "two.xlsx")
    damaged = changed(tmp_path / "two.xlsx", b"</sheetData>", b"</wrong>")
    (found,) = inspect(named(damaged), home)
    assert (found.sheet, "broken_sheets" in found.warnings) == ("Second", True)
    alone = changed(workbook(tmp_path / "one.xlsx"), b"</sheetData>", b"</wrong>")
    with pytest.raises(FileError) as caught:
        inspect(named(alone), home)
    assert (caught.value.code, caught.value.where.sheet) == ("broken_sheet", "Sheet")
