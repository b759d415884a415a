"""Which KPIs fell off target with the last load?"""

from __future__ import annotations

from dataclasses import dataclass

from kpi.evaluate import Context, Status, choose
from kpi.period import Period, previous
from kpi.scorecard.board import Ask, Board, Line, Standing, stand
from kpi.semantic.kpi import Kpi, Unit


@dataclass(frozen=True)
class Fresh:
    """A KPI that is off target now, with how it stood in the data before the last load, and in which period."""

    line: Line
    before: Standing
    period: Period


def newly_off(board: Board, before: Context, ask_before: Ask) -> tuple[Fresh, ...]:
    """The KPIs off target that were not so before the last load.

    They are held against the same days in the older data, or, where that held less than half of what the days hold
    now, against the period before. A KPI that the older data could not answer at all is not news.
    """
    found: list[Fresh] = []
    for line in board.worst_first:
        kpi = line.kpi
        if line.standing.status is not Status.OFF_TARGET or not before.dataset.tables:
            continue
        if choose(kpi, before.dataset, before.definitions.kpis).definition is None:
            continue
        period = board.span.passed
        older = stand(kpi, period, ask_before)
        if _weight(kpi, older) < _weight(kpi, line.standing) / 2:
            period = previous(board.span.period)
            older = stand(kpi, period, ask_before)
        if older.status in (Status.ON_TARGET, Status.AT_RISK):
            found.append(Fresh(line, older, period))
    return tuple(found)


def _weight(kpi: Kpi, standing: Standing) -> float:
    """How much a value rests on: its denominator, or itself where it is a count."""
    own = standing.value if kpi.unit is Unit.COUNT else None
    return float(standing.denominator or own or 0)
