"""A drawing as a PNG, made on this machine."""

from __future__ import annotations

import vl_convert

from kpi.chart import Colours, Drawing, tree, with_words

SCALE = 2.0  # sharp on slides


def picture(drawing: Drawing, colours: Colours, *, width: int = 900) -> bytes:
    """The chart with its finding and definition above it.

    Chinese is drawn where the machine has a font with Chinese signs (Noto Sans CJK, PingFang, Microsoft YaHei);
    without one, such signs come out as boxes.
    """
    return bytes(vl_convert.vegalite_to_png(tree(with_words(drawing, colours, width)), scale=SCALE))
