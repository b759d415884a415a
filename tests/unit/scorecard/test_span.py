"""Periods as they are chosen, written into links and compared."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.period import Period, TimeGrain
from kpi.scorecard import Compare, offered_periods, parse_period, span_of, trend_period, write_period

MAY = Period(date(2024, 5, 1), date(2024, 6, 1))


@pytest.mark.parametrize("text", ["2024", "2024-Q2", "2024-05", "2024-05-03..2024-05-12"])
def test_a_period_survives_the_link(text: str) -> None:
    """What a link says is read back as the same text."""
    period = parse_period(text)
    assert period is not None
    assert write_period(period) == text


@pytest.mark.parametrize("text", ["", "2024-13", "2024-Q5", "May", "2024-05-12..2024-05-03", "2024-05-01'--"])
def test_nonsense_in_a_link_is_no_period(text: str) -> None:
    """What cannot be meant is None, never a guess."""
    assert parse_period(text) is None


def test_a_month_is_compared_with_the_month_before() -> None:
    """Whole against whole."""
    span = span_of(MAY, date(2024, 7, 9))
    assert not span.partial
    assert span.grain is TimeGrain.MONTH
    assert span.baseline == Period(date(2024, 4, 1), date(2024, 5, 1))


def test_part_of_a_month_is_compared_with_equally_many_days() -> None:
    """On 10 May, May has ten days; so has what it is held against."""
    span = span_of(MAY, date(2024, 5, 10))
    assert span.partial
    assert span.passed == Period(date(2024, 5, 1), date(2024, 5, 11))
    assert span.baseline == Period(date(2024, 4, 1), date(2024, 4, 11))


def test_last_year_and_nothing() -> None:
    """The same month a year earlier, or no comparison at all."""
    assert span_of(MAY, date(2024, 7, 9), Compare.YEAR).baseline == Period(date(2023, 5, 1), date(2023, 6, 1))
    assert span_of(MAY, date(2024, 7, 9), Compare.NONE).baseline is None


def test_a_trend_ends_with_the_period() -> None:
    """Thirteen months, so that the same month of last year is in it."""
    assert trend_period(span_of(MAY, date(2024, 7, 9))) == Period(date(2023, 5, 1), date(2024, 6, 1))


def test_periods_are_offered_newest_first() -> None:
    """Every quarter that data reaches, the one that has not ended included."""
    offered = offered_periods(date(2023, 11, 20), date(2024, 5, 2), TimeGrain.QUARTER)
    assert [write_period(period) for period in offered] == ["2024-Q2", "2024-Q1", "2023-Q4"]
