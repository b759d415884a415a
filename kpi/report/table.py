"""Rows as a CSV file that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from kpi.evaluate import Result, plain

_LIVE = ("=", "+", "-", "@", "\t", "\r")


def rows_csv(result: Result) -> bytes:
    """Every row of an answer, as UTF-8 with a mark that spreadsheets need to read Chinese.

    Text that a spreadsheet would run as a formula gets a leading quote; numbers stay numbers.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(name) for name in result.frame.columns])
    for row in result.frame.itertuples(index=False, name=None):
        writer.writerow([harmless(plain(value, unit)) for value, unit in zip(row, result.units, strict=True)])
    return out.getvalue().encode("utf-8-sig")


def harmless(value: Any) -> Any:
    """Text that begins like a formula, with a quote before it.

    >>> harmless("=1+1"), harmless("-12.50"), harmless(-3)
    ("'=1+1", '-12.50', -3)
    """
    if isinstance(value, str) and value.startswith(_LIVE) and not _is_number(value):
        return f"'{value}"
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text[:1] not in "\t\r"
