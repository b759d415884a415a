"""A journey's answer as steps: what goes on, what is lost, and where most is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from kpi.evaluate import PlannedJourney, Result, RowsQuery
from kpi.evaluate.series import Point, since_first
from kpi.model.entity import Names
from kpi.period import Period, whole

FEW = 30  # a step rate of fewer is told with its n, and nothing is concluded from it


@dataclass(frozen=True)
class FunnelStep:
    """One step. `lost` and `lost_amount` are what the step before had and this one has not; amounts may be unknown."""

    id: str
    names: Names
    position: int
    count: int
    step_rate: float | None
    overall_rate: float | None
    lost: int
    amount: Decimal | None
    lost_amount: Decimal | None


@dataclass(frozen=True)
class Funnel:
    """The steps of one journey over one period."""

    names: Names
    steps: tuple[FunnelStep, ...]
    currency: str
    period: Period | None
    warnings: tuple[Names, ...]
    sql: str

    @property
    def entered(self) -> int:
        """How many records entered."""
        return self.steps[0].count

    @property
    def biggest_loss(self) -> FunnelStep | None:
        """The step before which most records are lost; None when none is."""
        found = max(self.steps[1:], key=lambda step: step.lost)
        return found if found.lost > 0 else None

    @property
    def weakest(self) -> FunnelStep | None:
        """The step with the lowest rate among those that enough records could reach."""
        before = {step.id: reached.count for reached, step in zip(self.steps, self.steps[1:], strict=False)}
        rated = [step for step in self.steps[1:] if step.step_rate is not None and before[step.id] >= FEW]
        return min(rated, key=lambda step: step.step_rate or 0.0, default=None)

    def step(self, step_id: str) -> FunnelStep | None:
        """The step of this id, or None."""
        return next((step for step in self.steps if step.id == step_id), None)

    def before(self, step_id: str) -> FunnelStep | None:
        """The step before the one of this id, or None."""
        position = next((step.position for step in self.steps if step.id == step_id), 1)
        return self.steps[position - 2] if position > 1 else None


@dataclass(frozen=True)
class Segment:
    """The steps of one value of a dimension; None is "no value"."""

    value: str | None
    steps: tuple[FunnelStep, ...]

    def rate(self, step_id: str) -> Point:
        """A step's rate with the number of records that could reach it."""
        for before, step in zip((None, *self.steps), self.steps, strict=False):
            if step.id == step_id:
                n = step.count if before is None else before.count
                return Point(date.min, step.overall_rate if before is None else step.step_rate, n=n)
        raise ValueError(f"no step {step_id!r}")


def read_funnel(result: Result, planned: PlannedJourney) -> Funnel:
    """The funnel of an answer without grain and dimensions."""
    steps = tuple(_steps(result.frame.to_dict("records"), planned))
    return Funnel(planned.journey.names, steps, result.currency, result.period, result.warnings, result.sql)


def read_segments(result: Result, planned: PlannedJourney, dimension: str) -> tuple[Segment, ...]:
    """The funnels of an answer by one dimension, those that most records enter first."""
    found = [
        Segment(None if value is None else str(value), tuple(_steps(rows, planned)))
        for value, rows in groupby(result.frame.to_dict("records"), key=lambda row: row[dimension])
    ]
    return tuple(sorted(found, key=lambda segment: (segment.value is None, -segment.steps[0].count)))


def step_trend(
    result: Result, planned: PlannedJourney, step_id: str, now: date, lag_days: int = 0
) -> tuple[Point, ...]:
    """A step's rate by the period in which records entered; the first step's point is how many entered.

    `partial` marks a period that has not ended, that the question cut, or that ended less than `lag_days` ago: young
    records look bad only because they are young.
    """
    points: list[Point] = []
    asked = None if isinstance(result.query, RowsQuery) else result.query.period
    for start, rows in groupby(result.frame.to_dict("records"), key=lambda row: row["period"]):
        if start is None or result.grain is None:
            continue
        steps = list(_steps(rows, planned))
        place = next(position for position, step in enumerate(steps) if step.id == step_id)
        days = whole(start, result.grain)
        partial = days.end + timedelta(days=lag_days) > now + timedelta(days=1) or (
            asked is not None and (days.start < asked.start or days.end > asked.end)
        )
        value = steps[0].count if place == 0 else steps[place].step_rate
        points.append(Point(start, value, partial, steps[max(place - 1, 0)].count))
    return since_first(points)


def _steps(rows: Iterable[Mapping[Any, Any]], planned: PlannedJourney) -> Iterator[FunnelStep]:
    names = {step.id: step.names for step in planned.plan.steps}
    amount_before: Decimal | None = None
    for row in rows:
        amount = None if row["amount"] is None else Decimal(str(row["amount"]))
        first = row["position"] == 1
        lost_amount = None if first or amount is None or amount_before is None else amount_before - amount
        yield FunnelStep(
            row["step"],
            names[row["step"]],
            row["position"],
            row["count"],
            row["step_rate"],
            row["overall_rate"],
            row["lost"],
            amount,
            lost_amount,
        )
        amount_before = amount
