"""What can be asked: the frozen questions that `kpi.evaluate` answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kpi.period import Period, TimeGrain
from kpi.semantic.journey import Journey
from kpi.semantic.kpi import Kpi


@dataclass(frozen=True)
class KpiQuery:
    """The value of a KPI, by time grain and dimensions.

    `kpi` is an id, or a definition that is not saved yet. Without a period: all that is loaded. Without a grain: one
    row.
    A dimension is a field of the KPI's rows (`product`), or one reached by a declared join (`people.region`, or
    just `region` where only one join leads to it). `where` is an expression over the same fields.
    """

    kpi: str | Kpi
    period: Period | None = None
    grain: TimeGrain | None = None
    dimensions: tuple[str, ...] = ()
    where: str | None = None


@dataclass(frozen=True)
class JourneyQuery:
    """The funnel of a journey. The period holds the records that *enter* in it; `grain` splits them by entry."""

    journey: str | Journey
    period: Period | None = None
    grain: TimeGrain | None = None
    dimensions: tuple[str, ...] = ()
    where: str | None = None


@dataclass(frozen=True)
class RowsQuery:
    """The rows behind a number.

    Of a KPI: `part` is `numerator` or `denominator`. Of a journey: a step's id, or `lost:<step id>` for the records
    that were in the step before and not in it. `cell` narrows to one row of the answer: dimension values by name
    (None is "no value") and, under `period`, the start of the time period.
    """

    of: KpiQuery | JourneyQuery
    part: str
    cell: tuple[tuple[str, str | bool | date | None], ...] = ()
    limit: int | None = 1000
