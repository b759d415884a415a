"""Targets grow with the period they are meant for, and a status is told in words a reader can check."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.evaluate.targets import Status, last_whole_month, status_of, target_for
from kpi.period import Period
from kpi.semantic.catalogue import catalogue
from kpi.semantic.kpi import Target


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Period(date(2024, 3, 1), date(2024, 4, 1)), 150),
        (Period(date(2024, 1, 1), date(2024, 4, 1)), 450),
        (Period(date(2024, 2, 1), date(2024, 2, 15)), 150 * 14 / 29),
        (Period(date(2024, 1, 16), date(2024, 2, 16)), 150 * (16 / 31 + 15 / 29)),
    ],
)
def test_a_monthly_target_counts_months_and_parts_by_their_days(period: Period, expected: float) -> None:
    """150 a month is 450 a quarter, and 14 of 29 days of it in half a February."""
    assert target_for(Target(value=150, per="month"), period) == pytest.approx(expected)


def test_a_rate_has_the_same_target_in_every_period() -> None:
    """70 % is 70 % of a month and of a year."""
    assert target_for(Target(value=0.7), Period(date(2024, 1, 1), date(2025, 1, 1))) == 0.7


@pytest.mark.parametrize(
    ("value", "status"),
    [(0.70, Status.ON_TARGET), (0.68, Status.AT_RISK), (0.5, Status.OFF_TARGET), (None, Status.NO_DATA)],
)
def test_a_rate_that_should_be_high(value: float | None, status: Status) -> None:
    """The target itself reaches it; a miss of a twentieth is at risk."""
    kpi = catalogue()["first_visit_rate"]
    assert status_of(kpi, value, 0.7) is status


@pytest.mark.parametrize(("value", "status"), [(90, Status.ON_TARGET), (92, Status.AT_RISK), (120, Status.OFF_TARGET)])
def test_a_duration_that_should_be_short(value: float, status: Status) -> None:
    """Below is better."""
    assert status_of(catalogue()["sales_cycle_days"], value, 90) is status


def test_a_strict_target_is_not_reached_by_itself() -> None:
    """Under 24 hours means that 24 hours is a miss."""
    kpi = catalogue()["first_response_hours"]
    assert status_of(kpi, 23.99, 24) is Status.ON_TARGET
    assert status_of(kpi, 24, 24) is Status.AT_RISK


@pytest.mark.parametrize(
    ("now", "start"), [(date(2024, 3, 31), date(2024, 3, 1)), (date(2024, 3, 30), date(2024, 2, 1))]
)
def test_the_last_whole_month_has_ended(now: date, start: date) -> None:
    """On its last day a month is whole; a day before it is not."""
    assert last_whole_month(now).start == start
