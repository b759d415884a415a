"""What a KPI should reach in a period, and whether it did."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from kpi.period import Period, TimeGrain, step
from kpi.semantic.kpi import Direction, Kpi, Target

MONTHS = {"month": 1, "quarter": 3, "year": 12}
AT_RISK = 0.05  # a miss of up to this share of the target is "at risk", beyond it "off target"


class Status(StrEnum):
    """How a value stands to its target."""

    ON_TARGET = "on_target"
    AT_RISK = "at_risk"
    OFF_TARGET = "off_target"
    NO_TARGET = "no_target"
    NO_DATA = "no_data"


def target_for(target: Target | None, period: Period | None) -> float | None:
    """The target of a period. One that is set per month (quarter, year) grows with the period's length in months.

    A part of a month counts by its share of the month's days. Without a period such a target is None.
    """
    if target is None or target.per is None:
        return target.value if target else None
    return float(target.value * _months(period) / MONTHS[target.per]) if period else None


def status_of(kpi: Kpi, value: float | None, target: float | None) -> Status:
    """Whether a value reaches its target; a strict target is not reached by the value itself."""
    if value is None:
        return Status.NO_DATA
    if target is None or kpi.target is None:
        return Status.NO_TARGET
    ahead = value - target if kpi.direction is Direction.UP else target - value
    if ahead > 0 or (ahead == 0 and not kpi.target.strict):
        return Status.ON_TARGET
    return Status.AT_RISK if abs(ahead) <= AT_RISK * abs(target) else Status.OFF_TARGET


def _months(period: Period) -> Fraction:
    """How many months a period holds, parts of months by their days."""
    total = Fraction(0)
    day = period.start
    while day < period.end:
        following = step(day.replace(day=1), TimeGrain.MONTH)
        until = min(following, period.end)
        total += Fraction((until - day).days, calendar.monthrange(day.year, day.month)[1])
        day = until
    return total


def last_whole_month(now: date) -> Period:
    """The newest month that has ended by the close of `now`."""
    end = (now + timedelta(days=1)).replace(day=1)
    return Period(step(end, TimeGrain.MONTH, -1), end)
