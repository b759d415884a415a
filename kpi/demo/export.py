"""How does an export become a file? CSV or XLSX whose bytes depend on nothing but the rows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from kpi.demo.company import Export

WRITTEN_ON = datetime(2026, 1, 1)  # a workbook carries a date of its own; today's would change the bytes


def write(export: Export, folder: Path) -> Path:
    """Write one export into the folder; `.xlsx` makes a workbook, any other name a CSV in the export's encoding."""
    path = folder / export.file
    if path.suffix == ".xlsx":
        _write_workbook(export, path)
    else:
        _as_text(export).to_csv(path, index=False, encoding=export.encoding, lineterminator="\n", float_format="%.2f")
    return path


def _as_text(export: Export) -> pd.DataFrame:
    frame = export.frame.copy()
    for column in frame.columns:
        if pd.api.types.is_datetime64_any_dtype(frame[column]):
            pattern = "%Y-%m-%d" if column in export.days else "%Y-%m-%d %H:%M:%S"
            frame[column] = frame[column].dt.strftime(pattern)
    return frame


def _write_workbook(export: Export, path: Path) -> None:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": WRITTEN_ON})
        sheet = book.add_worksheet("Sheet1")
        heading = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        amount = book.add_format({"num_format": "#,##0.00"})
        for place, column in enumerate(export.frame.columns):
            sheet.write_string(0, place, str(column), heading)
            sheet.set_column(place, place, 14)
            for row, value in enumerate(export.frame[column].tolist(), start=1):
                _write_cell(sheet, row, place, value, day, amount)


def _write_cell(sheet: Any, row: int, place: int, value: object, day: object, amount: object) -> None:
    if isinstance(value, pd.Timestamp):
        sheet.write_datetime(row, place, value.to_pydatetime(), day)
    elif isinstance(value, float):
        sheet.write_number(row, place, value, amount)
    elif isinstance(value, int):
        sheet.write_number(row, place, value)
    elif isinstance(value, str):
        sheet.write_string(row, place, value)
