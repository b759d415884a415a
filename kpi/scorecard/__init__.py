"""How do the KPIs of a scene stand to their targets, and to the period before?"""

from kpi.scorecard.board import Board, Dark, Line, Standing, read_board, stand
from kpi.scorecard.fresh import Fresh, newly_off
from kpi.scorecard.grid import Cell, Grid, read_grid
from kpi.scorecard.noise import could_be_chance, differ, wilson
from kpi.scorecard.span import (
    Compare,
    Span,
    offered_periods,
    parse_period,
    span_of,
    trend_grain,
    trend_period,
    write_period,
)

__all__ = [
    "Board",
    "Cell",
    "Compare",
    "Dark",
    "Fresh",
    "Grid",
    "Line",
    "Span",
    "Standing",
    "could_be_chance",
    "differ",
    "newly_off",
    "offered_periods",
    "parse_period",
    "read_board",
    "read_grid",
    "span_of",
    "stand",
    "trend_grain",
    "trend_period",
    "wilson",
    "write_period",
]
