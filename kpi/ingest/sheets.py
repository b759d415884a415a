"""What stands in a workbook's sheets? Each visible one becomes a CSV in which every cell keeps its kind.

Runs in the reader process: a malicious or odd workbook can abort the process or take all memory, and only that one.
Numbers are written with Excel's own 15 significant digits, days and times in ISO form, so that nothing is left to
the display format.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from kpi.errors import FileError, Where

MOST_RATIO = 200  # inflated to stored size, above which a workbook of some size is taken for a bomb
SMALL = 64 * 2**20


def read_sheets(path: Path, name: str, folder: Path, most_bytes: int) -> Iterator[tuple[str, Path, int]]:
    """Write every visible sheet that holds anything; yields its name, its CSV and the number of its rows."""
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
            rows = _write(workbook.get_sheet_by_name(sheet.name), target)
        except (calamine.CalamineError, OSError, ValueError) as error:
            raise FileError(
                "broken_sheet",
                "This sheet cannot be read.",
                remedy="Open the workbook in a spreadsheet program and save it again as XLSX.",
                where=Where(file=name, sheet=sheet.name),
                found=str(error)[:200],
            ) from None
        if rows:
            yield sheet.name, target, rows


def _write(sheet: Any, target: Path) -> int:
    filled = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        before = sheet.start[0] if sheet.start else 0
        file.write("\n" * before)  # so that a record's number is the sheet's row number
        for row in sheet.to_python(skip_empty_area=True):
            cells = [_text(cell) for cell in row]
            if any(cells):
                writer.writerow(cells)
                filled += 1
            else:
                file.write("\n")
    return filled


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
