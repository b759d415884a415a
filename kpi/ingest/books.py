"""How is a workbook opened? Fast, or slowly and safely; either way its sheets give their rows one after the other.

Runs in the reader process. The fast reader (calamine) lays every sheet out in memory and can take the process with it;
the safe one (openpyxl, XLSX only) goes through the rows as they stand and takes about seven times as long.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpi.errors import FileError, Where
from kpi.ingest.merged import Merged

SAFE_SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xltm")


class UnreadableError(Exception):
    """A reader gives up on a workbook or a sheet; another may not."""


@dataclass(frozen=True)
class Rows:
    """The rows of a sheet from its first one on; cells from column `left` on, counted from 0."""

    left: int
    cells: Iterator[Sequence[Any]]
    merged: tuple[Merged, ...] = ()  # columns counted from `left`; what the reader tells


@dataclass(frozen=True)
class Sheet:
    """A sheet that can hold a table."""

    name: str
    hidden: bool
    number: int  # its place among all sheets, charts too
    read: Callable[[], Rows | None]  # None where nothing is in it


def open_fast(path: Path, name: str) -> list[Sheet]:
    """The sheets of any workbook. Raises `UnreadableError`, or `FileError` where a password protects it."""
    import python_calamine as calamine

    with _calm():
        try:
            workbook = calamine.load_workbook(str(path))
        except calamine.PasswordError:
            raise FileError(
                "password_protected",
                "This workbook is protected with a password.",
                remedy="Open it, save it without the password, and load that copy.",
                where=Where(file=name),
            ) from None

    def read(sheet: str) -> Rows | None:
        with _calm():
            found = workbook.get_sheet_by_name(sheet)
        if found.start is None:
            return None
        left = found.start[1]
        merged = (Merged(top, first - left, bottom, last - left) for (top, first), (bottom, last) in _merged(found))
        return Rows(left, iter(found.iter_rows()), tuple(cell for cell in merged if cell.left >= 0))

    return [
        Sheet(
            item.name,
            item.visible != calamine.SheetVisibleEnum.Visible,
            number,
            lambda sheet=item.name: read(sheet),  # type: ignore[misc]
        )
        for number, item in enumerate(workbook.sheets_metadata)
        if item.typ == calamine.SheetTypeEnum.WorkSheet
    ]


def _merged(sheet: Any) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where cells are merged; kinds of workbook for which the reader does not tell have none here."""
    return list(sheet.merged_cell_ranges or ())


@contextmanager
def _calm() -> Iterator[None]:
    """Whatever the fast reader ends with, a panic of its own included, is one error here."""
    import python_calamine as calamine

    try:
        yield
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise UnreadableError(str(error)) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the only name by which it is known: its class is not exported
            raise
        raise UnreadableError(str(error)) from None


def can_be_safe(path: Path) -> bool:
    """Whether the safe reader knows this kind of workbook."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(item.lower().startswith("xl/") and item.lower().endswith(".xml") for item in archive.namelist())


def open_safe(path: Path) -> list[Sheet]:
    """The sheets of an XLSX, read as they stand. Raises `UnreadableError`."""
    import openpyxl

    try:
        with path.open("rb") as file:  # under any name
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            names = [(number, sheet) for number, sheet in enumerate(workbook.worksheets)]
    except Exception as error:  # of damaged files, openpyxl lets out whatever its parts raise
        raise UnreadableError(f"{type(error).__name__}: {error}") from None
    return [
        Sheet(sheet.title, sheet.sheet_state != "visible", number, lambda title=sheet.title: _read_safely(path, title))  # type: ignore[misc]
        for number, sheet in names
    ]


def _read_safely(path: Path, title: str) -> Rows | None:
    return Rows(0, _safe_rows(path, title))


def _safe_rows(path: Path, title: str) -> Iterator[Sequence[Any]]:
    import openpyxl

    try:
        with path.open("rb") as file:
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheet = workbook[title]
            sheet.reset_dimensions()  # what a file declares is not believed
            for row in sheet.iter_rows():
                yield [cell.value if cell.data_type != "e" else None for cell in row]
    except Exception as error:  # as above
        raise UnreadableError(f"{type(error).__name__}: {error}") from None
