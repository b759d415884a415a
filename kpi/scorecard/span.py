"""Which days are looked at, and which are they compared with? Part is never compared with whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kpi.period import Period, TimeGrain, previous, split, start_of, step, whole, year_before

GRAINS = (TimeGrain.MONTH, TimeGrain.QUARTER, TimeGrain.YEAR)
_TREND = {TimeGrain.MONTH: 13, TimeGrain.QUARTER: 9, TimeGrain.YEAR: 5}
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")


class Compare(StrEnum):
    """What a period is held against."""

    PREVIOUS = "previous"
    YEAR = "year"
    NONE = "none"


@dataclass(frozen=True)
class Span:
    """The days asked for, those of them that data reaches, and the equally many days they are compared with.

    `grain` is month, quarter or year when the period is one of them.
    """

    period: Period
    grain: TimeGrain | None
    passed: Period
    baseline: Period | None
    compare: Compare = Compare.NONE

    @property
    def partial(self) -> bool:
        """Whether the period has not ended where data ends."""
        return self.passed != self.period


def span_of(period: Period, now: date, compare: Compare = Compare.PREVIOUS) -> Span:
    """The span of a period, as of the last day that data reaches.

    >>> span_of(Period(date(2024, 5, 1), date(2024, 6, 1)), date(2024, 5, 10)).baseline
    Period(start=datetime.date(2024, 4, 1), end=datetime.date(2024, 4, 11))
    """
    end = min(period.end, now + timedelta(days=1))
    passed = Period(period.start, end) if end > period.start else period
    baseline = None if compare is Compare.NONE else (previous if compare is Compare.PREVIOUS else year_before)(period)
    if baseline is not None and passed != period:
        baseline = Period(baseline.start, min(baseline.end, baseline.start + timedelta(days=passed.days)))
    return Span(period, grain_of(period), passed, baseline, compare)


def grain_of(period: Period) -> TimeGrain | None:
    """The grain of which the period is exactly one, or None."""
    return next((grain for grain in GRAINS if whole(period.start, grain) == period), None)


def trend_grain(span: Span) -> TimeGrain:
    """By what a trend that ends in this span is cut."""
    return span.grain or TimeGrain.MONTH


def trend_period(span: Span) -> Period:
    """The days of a trend that ends with this span: a year of months, two years of quarters, five years."""
    grain = trend_grain(span)
    last = start_of(span.passed.last, grain)
    return Period(step(last, grain, 1 - _TREND[grain]), span.passed.end)


def offered_periods(first: date, now: date, grain: TimeGrain) -> tuple[Period, ...]:
    """Every period of a grain that data reaches, newest first."""
    return tuple(reversed(tuple(split(Period(first, max(first, now) + timedelta(days=1)), grain))))


def write_period(period: Period) -> str:
    """The period as a link holds it; `parse_period` reads it back.

    >>> write_period(Period(date(2024, 4, 1), date(2024, 7, 1)))
    '2024-Q2'
    """
    grain = grain_of(period)
    return period.label(grain) if grain else f"{period.start.isoformat()}..{period.last.isoformat()}"


def parse_period(text: str) -> Period | None:
    """The period that a link's text means: 2024, 2024-Q2, 2024-05 or 2024-05-01..2024-05-12; None for anything else."""
    try:
        if found := _DAYS.fullmatch(text):
            first, last = (date.fromisoformat(part) for part in found.groups())
            return Period(first, last + timedelta(days=1))
        if re.fullmatch(r"\d{4}", text):
            return whole(date(int(text), 1, 1), TimeGrain.YEAR)
        if found := re.fullmatch(r"(\d{4})-Q([1-4])", text):
            return whole(date(int(found[1]), 3 * int(found[2]), 1), TimeGrain.QUARTER)
        if re.fullmatch(r"\d{4}-\d{2}", text):
            return whole(date.fromisoformat(f"{text}-01"), TimeGrain.MONTH)
    except (ValueError, OverflowError):
        return None
    return None
