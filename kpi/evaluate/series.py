"""How did a number go over time? Answers with a time grain as points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kpi.evaluate.result import Result

Number = int | float | Decimal


@dataclass(frozen=True)
class Point:
    """A value of one period. `partial`: it has not ended, or was asked for in part. `n`: what the value rests on."""

    start: date
    value: Number | None
    partial: bool = False
    n: Number | None = None


def series(result: Result) -> tuple[Point, ...]:
    """The points of a KPI answer with a grain and no dimensions, from the first period that has a value."""
    columns = ["period", "value", "denominator", "partial"]
    rows = result.frame[columns].itertuples(index=False, name=None)
    return since_first(Point(start, value, bool(partial), n) for start, value, n, partial in rows)


def since_first(points: Iterable[Point]) -> tuple[Point, ...]:
    """Without the leading periods that have no value, or a count of nothing: data begins after them."""
    kept = list(points)
    while kept and not kept[0].value:
        kept.pop(0)
    return tuple(kept)
