"""How does every KPI stand in every segment: which channel misses which target?"""

from __future__ import annotations

from dataclasses import dataclass

from kpi.evaluate import Context, KpiQuery, Status, status_of, target_for
from kpi.evaluate.breakdowns import can_break_down
from kpi.evaluate.series import Number
from kpi.scorecard.board import Ask, Board
from kpi.semantic.kpi import Kpi, Unit

MOST_SEGMENTS = 12
ADDED_UP = (Unit.COUNT, Unit.MONEY)  # a target of the whole is not one of each part


@dataclass(frozen=True)
class Cell:
    """A KPI's value in a segment."""

    kpi: Kpi
    segment: str | None
    value: Number | None
    numerator: Number | None
    denominator: Number | None
    target: float | None
    status: Status


@dataclass(frozen=True)
class Grid:
    """KPIs × segments, the segments with most behind them first."""

    dimension: str
    segments: tuple[str | None, ...]
    kpis: tuple[Kpi, ...]
    cells: tuple[Cell, ...]

    def cell(self, kpi_id: str, segment: str | None) -> Cell | None:
        """The cell of a KPI and a segment, where there is one."""
        return next((cell for cell in self.cells if (cell.kpi.id, cell.segment) == (kpi_id, segment)), None)


def read_grid(board: Board, dimension: str, context: Context, ask: Ask) -> Grid:
    """The scene's own KPIs that have the dimension, by segment. Sums and counts have no target per segment."""
    cells: list[Cell] = []
    lines = (line for line in board.lines if line not in board.elsewhere)
    kpis = tuple(line.kpi for line in lines if can_break_down(line.kpi, dimension, context))
    weight: dict[str | None, float] = {}
    for kpi in kpis:
        target = None if kpi.unit in ADDED_UP else target_for(kpi.target, board.span.passed)
        frame = ask(KpiQuery(kpi.id, board.span.passed, dimensions=(dimension,))).frame
        columns = [dimension, "value", "numerator", "denominator"]
        for segment, value, numerator, denominator in frame[columns].itertuples(index=False, name=None):
            status = status_of(kpi, None if value is None else float(value), target)
            cells.append(Cell(kpi, segment, value, numerator, denominator, target, status))
            size = denominator if kpi.unit is Unit.RATE else value if kpi.unit is Unit.COUNT else None
            weight[segment] = max(weight.get(segment, 0.0), float(size or 0))
    segments = sorted(weight, key=lambda name: (name is None, -weight[name], str(name)))
    return Grid(dimension, tuple(segments[:MOST_SEGMENTS]), kpis, tuple(cells))
