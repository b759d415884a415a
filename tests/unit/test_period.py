"""Periods: half-open, whole, split, stepped."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.period import Period, TimeGrain, previous, split, start_of, step, whole, year_before

grains = st.sampled_from(list(TimeGrain))
days = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("grain", "start", "end", "label"),
    [
        (TimeGrain.DAY, date(2024, 2, 29), date(2024, 3, 1), "2024-02-29"),
        (TimeGrain.WEEK, date(2024, 2, 26), date(2024, 3, 4), "2024-W09"),
        (TimeGrain.MONTH, date(2024, 2, 1), date(2024, 3, 1), "2024-02"),
        (TimeGrain.QUARTER, date(2024, 1, 1), date(2024, 4, 1), "2024-Q1"),
        (TimeGrain.YEAR, date(2024, 1, 1), date(2025, 1, 1), "2024"),
    ],
)
def test_the_period_that_holds_a_leap_day(grain: TimeGrain, start: date, end: date, label: str) -> None:
    """Each grain's period around 29 February 2024, a Thursday, and how it is written."""
    assert whole(date(2024, 2, 29), grain) == Period(start, end)
    assert whole(date(2024, 2, 29), grain).label(grain) == label


def test_a_week_belongs_to_its_iso_year() -> None:
    """30 December 2024 is in the first week of 2025."""
    assert whole(date(2024, 12, 30), TimeGrain.WEEK).label(TimeGrain.WEEK) == "2025-W01"


def test_a_period_of_nothing_is_no_period() -> None:
    """An end that is not after the start is a mistake of the caller."""
    with pytest.raises(ValueError, match="ends after it starts"):
        Period(date(2024, 1, 1), date(2024, 1, 1))


@given(first=days, length=st.integers(1, 800), grain=grains)
def test_parts_tile_the_period(first: date, length: int, grain: TimeGrain) -> None:
    """The parts follow each other without gap, begin at or before the period and end at or after it."""
    period = Period(first, date.fromordinal(first.toordinal() + length))
    parts = list(split(period, grain))
    assert all(one.end == other.start for one, other in pairwise(parts))
    assert parts[0].start <= period.start < parts[0].end
    assert parts[-1].start < period.end <= parts[-1].end


@given(day=days, grain=grains, count=st.integers(-50, 50))
def test_steps_can_be_taken_back(day: date, grain: TimeGrain, count: int) -> None:
    """So many periods on and as many back is where one began."""
    start = start_of(day, grain)
    assert step(step(start, grain, count), grain, -count) == start


def test_the_period_before_steps_by_whole_months() -> None:
    """The month before March is February, however long; days step by days."""
    assert previous(Period(date(2024, 3, 1), date(2024, 4, 1))) == Period(date(2024, 2, 1), date(2024, 3, 1))
    assert previous(Period(date(2024, 4, 1), date(2024, 7, 1))) == Period(date(2024, 1, 1), date(2024, 4, 1))
    assert previous(Period(date(2024, 3, 5), date(2024, 3, 8))) == Period(date(2024, 3, 2), date(2024, 3, 5))


def test_a_year_before_a_leap_day() -> None:
    """29 February becomes the 28th."""
    assert year_before(Period(date(2024, 2, 29), date(2024, 3, 1))) == Period(date(2023, 2, 28), date(2023, 3, 1))


def test_a_period_without_grain_names_both_ends() -> None:
    """One day is that day; several are first and last, both inside."""
    assert Period(date(2024, 1, 1), date(2024, 1, 2)).label(None) == "2024-01-01"
    assert Period(date(2024, 1, 1), date(2024, 2, 1)).label(None) == "2024-01-01 – 2024-01-31"
    assert Period(date(2024, 1, 1), date(2024, 2, 1)).days == 31
