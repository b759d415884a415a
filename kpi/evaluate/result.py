"""An answer: a frame whose columns say what they are, with the SQL that made it and the question it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from kpi.model.entity import Names
from kpi.period import Period, TimeGrain
from kpi.semantic.query import JourneyQuery, KpiQuery, RowsQuery


@dataclass(frozen=True)
class Result:
    """What came out.

    `units` stand beside the frame's columns: rate, count, money, days, … or text, date, boolean. Money is `Decimal` in
    `currency`; null means no data. `period` is what was asked, or all the days the data reaches over.
    """

    frame: pd.DataFrame
    units: tuple[str, ...]
    sql: str
    query: KpiQuery | JourneyQuery | RowsQuery
    grain: TimeGrain | None
    period: Period | None
    currency: str
    warnings: tuple[Names, ...] = ()

    def to_dict(self, language: str = "en") -> dict[str, Any]:
        """The answer as plain JSON values: dates ISO, rates 0-1, money as decimal strings, no data as null."""
        return {
            "columns": list(self.frame.columns),
            "units": list(self.units),
            "rows": [
                [plain(value, unit) for value, unit in zip(row, self.units, strict=True)]
                for row in self.frame.itertuples(index=False, name=None)
            ],
            "sql": self.sql,
            "warnings": [warning.in_language(language) for warning in self.warnings],
        }


def plain(value: Any, unit: str) -> Any:
    """One cell as a JSON value.

    >>> plain(Decimal("12.5000"), "money")
    '12.50'
    """
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, Decimal):
        if unit != "money":
            return int(value) if value == value.to_integral_value() else float(value)
        rounded = value.quantize(Decimal("0.01"))
        return format(rounded if rounded == value else value.normalize(), "f")
    if unit == "money" and isinstance(value, int | float):
        return format(Decimal(repr(value)) if isinstance(value, float) else Decimal(value), "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value
