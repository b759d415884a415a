"""A scorecard as tiles that are ready to read: step × KPI, and segment × KPI."""

from __future__ import annotations

from kpi.chart import Tile, segment_label
from kpi.language import Translator
from kpi.narrate import gap_words, short_value, status_name
from kpi.scorecard import Board, Grid
from kpi.semantic.kpi import Kpi, Unit
from kpi.semantic.scene import scenes

SEPARATOR = "~"  # between the parts of a tile's id


def board_tiles(board: Board, t: Translator) -> tuple[Tile, ...]:
    """One row a step of the scene, with the KPIs that light up there; own KPIs without a step come last."""
    rows = [
        (step.id, step.names.in_language(t.language), board.of_step(step.id)) for step in scenes()[board.scene].steps
    ]
    rows.append(("", t("Overall"), board.elsewhere))
    return tuple(
        Tile(
            id=SEPARATOR.join((step, line.kpi.id)),
            row=name,
            column=str(place),
            heading=line.kpi.names.in_language(t.language),
            value=short_value(line.standing.value, line.kpi.unit.value, line.standing.currency, t),
            note=gap_words(line, t) if line.standing.target is not None else status_name(line.standing.status, t),
            status=line.standing.status,
            status_name=status_name(line.standing.status, t),
        )
        for step, name, lines in rows
        for place, line in enumerate(lines)
    )


def grid_tiles(grid: Grid, currency: str, t: Translator) -> tuple[Tile, ...]:
    """One row a segment, one column a KPI."""
    tiles: list[Tile] = []
    for segment in grid.segments:
        for kpi in grid.kpis:
            cell = grid.cell(kpi.id, segment)
            if cell is None:
                continue
            gap = None if cell.value is None or cell.target is None else float(cell.value) - cell.target
            name = kpi.names.in_language(t.language)
            tiles.append(
                Tile(
                    id=SEPARATOR.join((kpi.id, "" if segment is None else segment)),
                    row=segment_label(segment, t),
                    column=name,
                    heading=f"{segment_label(segment, t)} · {name}",
                    value=short_value(cell.value, kpi.unit.value, currency, t),
                    note="" if gap is None else _bare_gap(gap, kpi, currency, t),
                    status=cell.status,
                    status_name=status_name(cell.status, t),
                )
            )
    return tuple(tiles)


def _bare_gap(gap: float, kpi: Kpi, currency: str, t: Translator) -> str:
    """A gap for a narrow cell: of rates, points without the word."""
    if kpi.unit is Unit.RATE:
        return t.gap(gap * 100, Unit.NUMBER.value)
    return t.gap(gap, kpi.unit.value, currency, compact=True)
