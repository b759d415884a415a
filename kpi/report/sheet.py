"""A worksheet as a plain table: headings, typed cells with the right number formats, widths that fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from babel.numbers import get_currency_symbol

from kpi.chart.drawing import columns_of
from kpi.language import Translator

_FORMATS = {
    "rate": "0.0%",
    "count": "#,##0",
    "days": "#,##0.0",
    "hours": "#,##0.0",
    "score": "#,##0.00",
    "number": "#,##0.00",
    "date": "yyyy-mm-dd",
}
_WIDEST = 60


@dataclass(frozen=True)
class Typed:
    """A cell with the unit that its number is written in."""

    value: Any
    unit: str


class Book:
    """A workbook in the making. Text is never read as a formula or link."""

    def __init__(self, currency: str, t: Translator) -> None:
        self._out = BytesIO()
        options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True, "nan_inf_to_errors": True}
        self._book = xlsxwriter.Workbook(self._out, options)
        symbol = get_currency_symbol(currency, locale=t.locale)
        money = {"money": f'"{symbol}"#,##0.00'}
        self._formats = {
            unit: self._book.add_format({"num_format": code, "valign": "top"})
            for unit, code in (_FORMATS | money).items()
        }
        self._text = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._head = self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._title = self._book.add_format({"bold": True, "font_size": 14})
        self._quiet = self._book.add_format({"font_color": "#5a6472"})

    def sheet(
        self, name: str, title: str, notes: Sequence[str], heads: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """One sheet: what it says, the small print, then the table."""
        sheet = self._book.add_worksheet(name[:31])
        sheet.write_string(0, 0, title, self._title)
        for place, note in enumerate(notes, start=1):
            sheet.write_string(place, 0, note, self._quiet)
        top = len(notes) + 2
        widths = [columns_of(head) for head in heads]
        for column, head in enumerate(heads):
            sheet.write_string(top, column, head, self._head)
        for line, row in enumerate(rows, start=top + 1):
            for column, cell in enumerate(row):
                widths[column] = max(widths[column], self._write(sheet, line, column, cell))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width + 2, _WIDEST))
        sheet.freeze_panes(top + 1, 1)

    def save(self) -> bytes:
        """The finished file."""
        self._book.close()
        return self._out.getvalue()

    def _write(self, sheet: Any, line: int, column: int, cell: Any) -> int:
        """Write one cell; returns how wide it is."""
        value, unit = (cell.value, cell.unit) if isinstance(cell, Typed) else (cell, "text")
        if value is None:
            return 0
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal | date | datetime):
            sheet.write_string(line, column, str(value), self._text)
            return max(columns_of(part) for part in str(value).split("\n"))
        if isinstance(value, date):
            sheet.write_datetime(line, column, datetime(value.year, value.month, value.day), self._formats["date"])
            return 10
        sheet.write_number(line, column, float(value), self._formats.get(unit, self._formats["number"]))
        return 14
