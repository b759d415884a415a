"""Where does a label beside a point of a line hide least of the line?"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import Any

_NEAR, _FAR = 4, 22  # pixels from the point to the label's edges
_WIDTHS = (340, 960)  # a phone and a wide screen: the chart does not know which it will be
_INDENT = 6
_ALIGNS = ("center", "right", "left")  # the anchor's side of the text: "right" stands left of the point


def place(values: Sequence[float | None], at: int, low: float, high: float, height: int, width: int) -> dict[str, Any]:
    """Alignment and offsets of a text mark at values[at], of so many pixels' width, on an axis from low to high.

    >>> place([5, 9, 5], 1, 0, 10, 200, 40)["dy"], place([9, 5, 9], 1, 0, 10, 200, 40)["dy"]
    (-13, 15)
    """
    scale = height / (high - low)
    around = [None if value is None else value * scale for value in values]
    floor_gap = (values[at] or 0.0) * scale - low * scale
    sides = (1, -1) if floor_gap > _FAR + 2 else (1,)  # the axis has its labels beneath the lowest values

    def hidden(chosen: tuple[int, str]) -> int:
        return sum(_hidden(around, at, chosen, width, wide) for wide in _WIDTHS)

    side, align = min(((side, align) for side in sides for align in _ALIGNS), key=hidden)
    dx = {"center": 0, "right": _INDENT, "left": -_INDENT}[align]
    return {"align": align, "dx": dx, "dy": -13 if side == 1 else 15}


def _hidden(around: Sequence[float | None], at: int, chosen: tuple[int, str], width: int, wide: int) -> int:
    """How much of the line, or of the outside of the chart, a label would cover."""
    side, align = chosen
    step = wide / len(around)
    start = {"center": -width // 2, "right": _INDENT - width, "left": -_INDENT}[align]
    here = around[at] or 0.0
    found = 0
    for offset in range(start, start + width, 2):
        height = _height(around, at + offset / step)
        if height is None:
            found += not -0.5 <= at + offset / step <= len(around) - 0.5
        else:
            found += _NEAR < (height - here) * side < _FAR
    return found


def _height(around: Sequence[float | None], position: float) -> float | None:
    """The line's height between two points; nothing where it has a gap or does not reach."""
    first = floor(position)
    if first < 0 or first + 1 >= len(around):
        return None
    one, other = around[first], around[first + 1]
    return None if one is None or other is None else one + (other - one) * (position - first)
