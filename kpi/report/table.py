"""Rows as a CSV file that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pandas as pd

from kpi.evaluate import Result, plain

INTERNAL = ("_row_id", "_load_id")  # of use to the program only
_LIVE = ("=", "+", "-", "@", "\t", "\r")


def in_zone(result: Result, time_zone: str) -> pd.DataFrame:
    """The rows with points in time on the workspace's clock; stored they are in UTC."""
    frame = result.frame.copy()
    for name, unit in zip(result.frame.columns, result.units, strict=True):
        if unit == "timestamp":
            moments = pd.to_datetime(frame[name], utc=True).dt.tz_convert(time_zone).dt.tz_localize(None)
            frame[name] = moments.astype(object).where(moments.notna(), None)
    return frame


def rows_csv(result: Result, time_zone: str) -> bytes:
    """Every row of an answer, as UTF-8 with a mark that spreadsheets need to read Chinese.

    Text that a spreadsheet would run as a formula gets a leading quote; numbers stay numbers.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    units = dict(zip(result.frame.columns, result.units, strict=True))
    shown = [name for name in units if name not in INTERNAL]
    writer.writerow([harmless(name) for name in shown])
    for row in in_zone(result, time_zone)[shown].itertuples(index=False, name=None):
        writer.writerow([harmless(plain(value, units[name])) for name, value in zip(shown, row, strict=True)])
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
