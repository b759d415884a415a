"""Results drawn: Vega-Lite for the screen and for files, one look for all, with words for those who do not see it."""

from kpi.chart.drawing import Colours, Drawing, with_words
from kpi.chart.funnel import draw_funnel, draw_small_funnel, segment_label
from kpi.chart.matrix import ICONS, Tile, draw_heat, draw_tiles
from kpi.chart.ranking import Bar, draw_ranking
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
    "with_words",
]
