"""Which days does a period hold? Time grains and half-open periods, in the workspace's own calendar days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class TimeGrain(StrEnum):
    """How finely time is cut; weeks start on Monday (ISO 8601)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, order=True)
class Period:
    """The days from `start` up to, and without, `end`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a period ends after it starts: {self.start} .. {self.end}")

    @property
    def days(self) -> int:
        """How many calendar days the period holds."""
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        """The last day inside the period."""
        return self.end - timedelta(days=1)

    def label(self, grain: TimeGrain | None) -> str:
        """How the period is written, the same in every language: 2017, 2017-Q3, 2017-03, 2017-W09, 2017-03-01."""
        if grain is TimeGrain.YEAR:
            return f"{self.start:%Y}"
        if grain is TimeGrain.QUARTER:
            return f"{self.start:%Y}-Q{(self.start.month + 2) // 3}"
        if grain is TimeGrain.MONTH:
            return f"{self.start:%Y-%m}"
        if grain is TimeGrain.WEEK:
            return f"{self.start:%G-W%V}"
        if grain is TimeGrain.DAY or self.days == 1:
            return self.start.isoformat()
        return f"{self.start.isoformat()} – {self.last.isoformat()}"


def start_of(day: date, grain: TimeGrain) -> date:
    """On which day does the period of this grain that holds `day` begin?

    >>> start_of(date(2017, 8, 17), TimeGrain.QUARTER)
    datetime.date(2017, 7, 1)
    """
    if grain is TimeGrain.DAY:
        return day
    if grain is TimeGrain.WEEK:
        return day - timedelta(days=day.weekday())
    if grain is TimeGrain.MONTH:
        return day.replace(day=1)
    if grain is TimeGrain.QUARTER:
        return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
    return day.replace(month=1, day=1)


def step(day: date, grain: TimeGrain, count: int = 1) -> date:
    """The start of the period `count` periods after the one that starts on `day` (before it, when negative)."""
    if grain is TimeGrain.DAY:
        return day + timedelta(days=count)
    if grain is TimeGrain.WEEK:
        return day + timedelta(weeks=count)
    months = {TimeGrain.MONTH: 1, TimeGrain.QUARTER: 3, TimeGrain.YEAR: 12}[grain] * count
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def whole(day: date, grain: TimeGrain) -> Period:
    """The period of this grain that holds `day`."""
    start = start_of(day, grain)
    return Period(start, step(start, grain))


def split(period: Period, grain: TimeGrain) -> Iterator[Period]:
    """The whole periods of this grain that touch `period`, first to last; the ends may reach beyond it."""
    start = start_of(period.start, grain)
    while start < period.end:
        end = step(start, grain)
        yield Period(start, end)
        start = end


def previous(period: Period) -> Period:
    """The period just before, of like length: whole months (quarters, years) step by months, others by days."""
    if period.start.day == 1 and period.end.day == 1:
        months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
        return Period(step(period.start, TimeGrain.MONTH, -months), period.start)
    return Period(period.start - timedelta(days=period.days), period.start)


def year_before(period: Period) -> Period:
    """The same days a year earlier; 29 February becomes the 28th."""

    def back(day: date) -> date:
        try:
            return day.replace(year=day.year - 1)
        except ValueError:
            return day.replace(year=day.year - 1, day=28)

    return Period(back(period.start), back(period.end))
