"""What stands in a workbook's sheets? Each visible one becomes a CSV in which every cell keeps its kind.

Runs in the reader process: a malicious or odd workbook can abort the process or take all memory, and only that one.
Numbers are written with Excel's own 15 significant digits, days and times in ISO form, so that nothing is left to
the display format.
"""

from __future__ import annotations

import csv
import html
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from kpi.errors import FileError, Where

MOST_RATIO = 200  # inflated to stored size, above which a workbook of some size is taken for a bomb
SMALL = 64 * 2**20
CHUNK = 2**20

_ERROR_CELL = re.compile(
    rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]{1,3})([0-9]+)"[^>]*>(?:(?!</c>).){0,9000}?<v>([^<]{1,40})</v>', re.S
)
_RELATION = re.compile(r"<Relationship\b[^>]*>")
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")

Errors = dict[tuple[int, int], str]


def read_sheets(path: Path, name: str, folder: Path, most_bytes: int) -> Iterator[tuple[str, Path, int, int]]:
    """Write every visible sheet that holds anything; yields name, CSV, rows and error cells."""
    import python_calamine as calamine

    _check_inflated(path, name, most_bytes)
    try:
        workbook = calamine.load_workbook(str(path))
    except calamine.PasswordError:
        raise FileError(
            "password_protected",
            "This workbook is protected with a password.",
            remedy="Open it, save it without the password, and load that copy.",
            where=Where(file=name),
        ) from None
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise FileError(
            "broken_workbook",
            "This workbook cannot be read: it is damaged, or not a workbook at all.",
            remedy="Open it in a spreadsheet program and save it again as XLSX.",
            where=Where(file=name),
            found=str(error)[:200],
        ) from None
    for number, sheet in enumerate(workbook.sheets_metadata):
        if sheet.visible != calamine.SheetVisibleEnum.Visible or sheet.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        target = folder / f"{path.stem[:40]}-{number}.csv"
        try:
            errors = _error_cells(path, sheet.name)
            rows = _write(workbook.get_sheet_by_name(sheet.name), target, errors)
        except (calamine.CalamineError, OSError, ValueError) as error:
            raise FileError(
                "broken_sheet",
                "This sheet cannot be read.",
                remedy="Open the workbook in a spreadsheet program and save it again as XLSX.",
                where=Where(file=name, sheet=sheet.name),
                found=str(error)[:200],
            ) from None
        if rows:
            yield sheet.name, target, rows, len(errors)


def _error_cells(path: Path, sheet: str) -> Errors:
    """Where a sheet of an XLSX shows #DIV/0! and the like, by row and column from 0; calamine says nothing."""
    if not zipfile.is_zipfile(path):
        return {}
    found: Errors = {}
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return {}
        held = b""
        with archive.open(part) as source:
            while chunk := source.read(CHUNK):
                text = held + chunk
                if b't="e"' in text:
                    for column, row, shown in _ERROR_CELL.findall(text):
                        found[int(row) - 1, _column_number(column)] = shown.decode()
                held = text[max(text.rfind(b"<c "), len(text) - CHUNK) :]
    return found


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The member of an XLSX that holds a sheet; None in other kinds of workbook."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {_attribute(tag, "Id"): _attribute(tag, "Target") for tag in _RELATION.findall(relations)}
    for tag in _SHEET.findall(archive.read("xl/workbook.xml").decode("utf-8", "replace")):
        if _attribute(tag, "name") == sheet:
            target = targets.get(_attribute(tag, "r:id"), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return part if part in names else None
    return None


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def _column_number(letters: bytes) -> int:
    """The place of a spreadsheet column, from 0.

    >>> _column_number(b"A"), _column_number(b"AB")
    (0, 27)
    """
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number - 1


def _write(sheet: Any, target: Path, errors: Errors) -> int:
    filled = 0
    rows_with_errors = {row for row, _ in errors}
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        before, left = sheet.start or (0, 0)
        file.write("\n" * before)  # so that a record's number is the sheet's row number
        for number, row in enumerate(sheet.to_python(skip_empty_area=True), start=before):
            cells = [_text(cell) for cell in row]
            if number in rows_with_errors:
                cells = [cell or _shown(errors.get((number, at), "")) for at, cell in enumerate(cells, start=left)]
            if any(cells):
                writer.writerow(cells)
                filled += 1
            else:
                file.write("\n")
    return filled


def _shown(error: str) -> str:
    """The blank keeps the reader from taking #N/A for a word for nothing: it is what a failed formula shows."""
    return f"{error} " if error else ""


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell.replace("\0", "")
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(cell, ".15g")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(sep=" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def _check_inflated(path: Path, name: str, most_bytes: int) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        size = sum(item.file_size for item in archive.infolist())
    if size > most_bytes or (size > SMALL and size > MOST_RATIO * path.stat().st_size):
        raise FileError(
            "workbook_too_large",
            f"Unpacked, this workbook would be {size / 2**20:,.0f} MB.",
            remedy="Save the sheet you need as CSV and load that.",
            where=Where(file=name),
            found=f"{size / 2**20:,.0f} MB",
        )
