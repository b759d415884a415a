"""Results drawn: Altair charts for screen and files, one theme for all, with words for those who do not see them."""

from kpi.chart.drawing import Drawing, tree, with_words
from kpi.chart.funnel import draw_funnel, draw_small_funnel, segment_label
from kpi.chart.matrix import ICONS, Tile, draw_heat, draw_tiles
from kpi.chart.ranking import Bar, draw_ranking
from kpi.chart.theme import Colours
from kpi.chart.trend import draw_trend

__all__ = [
    "ICONS",
    "Bar",
    "Colours",
    "Drawing",
    "Tile",
    "draw_funnel",
    "draw_heat",
    "draw_ranking",
    "draw_small_funnel",
    "draw_tiles",
    "draw_trend",
    "segment_label",
    "tree",
    "with_words",
]
