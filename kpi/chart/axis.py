"""Which ticks does a value axis show, and how are they written in the reader's language?"""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import floor, log10

import altair as alt

from kpi.language import Translator

_STEPS = (1, 2, 2.5, 5, 10)


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round values that span from low to high.

    >>> ticks(0, 93)
    [0.0, 25.0, 50.0, 75.0, 100.0]
    """
    if high <= low:
        high = low + (abs(low) or 1.0)
    rough = (high - low) / about
    scale = 10.0 ** floor(log10(rough))
    step = next(scale * factor for factor in _STEPS if scale * factor >= rough * 0.999)
    first = floor(low / step + 1e-9)
    found = [first * step]
    while found[-1] < high - step * 1e-9:
        found.append((first + len(found)) * step)
    return [round(value, 12) for value in found]


def value_axis(
    values: Iterable[float], unit: str, currency: str | None, t: Translator, *, zero: bool
) -> tuple[alt.Scale, alt.Axis]:
    """Scale and axis of an x or y channel over the values."""
    known = list(values) or [0.0, 1.0]
    low, high = min(known), max(known)
    if zero or low < 0 or low < (high - low):
        low = min(0.0, low)
    marks = ticks(low, high)
    whole_percent = unit == "rate" and all(abs(mark * 100 - round(mark * 100)) < 1e-9 for mark in marks)
    labels = [
        t.percent(mark, 0 if whole_percent else 1) if unit == "rate" else t.value(mark, unit, currency, compact=True)
        for mark in marks
    ]
    step = marks[1] - marks[0]
    scale = alt.Scale(domain=[marks[0], marks[-1]], nice=False, zero=False)
    axis = alt.Axis(
        values=marks,
        title=None,
        domain=False,
        ticks=False,
        labelExpr=f"{json.dumps(labels, ensure_ascii=False)}[round((datum.value - {marks[0]!r}) / {step!r})]",
    )
    return scale, axis
