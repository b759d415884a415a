"""A value over time as a line, with the target as a rule; a period that has not ended is hollow and dashed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import altair as alt

from kpi.chart.axis import value_axis
from kpi.chart.drawing import Drawing, columns_of, draw, edge_when, inline, tip, when, words
from kpi.chart.place import place
from kpi.chart.theme import Colours
from kpi.evaluate.series import Point
from kpi.language import Translator
from kpi.period import TimeGrain, whole

_ZERO_BASED = ("count", "money")
_BESIDE_AXIS = alt.XValue(4)  # type: ignore[no-untyped-call]


def draw_trend(
    points: Sequence[Point],
    unit: str,
    currency: str,
    grain: TimeGrain,
    t: Translator,
    colours: Colours,
    *,
    title: str,
    subtitle: str = "",
    target: float | None = None,
    height: int = 220,
) -> Drawing:
    """The line of a value by time grain. Points without a value leave a gap."""
    rows = [_row(point, unit, currency, grain, t) for point in points]
    for row, following in itertools.pairwise(rows):
        row["c4"] = row["c3"] or following["c3"]  # the dashed line begins at the last whole period
    values = [row["c1"] for row in rows if row["c1"] is not None] + ([target] if target is not None else [])
    scale, axis = value_axis(values, unit, currency, t, zero=unit in _ZERO_BASED)
    y = alt.Y(field="c1", type="quantitative", scale=scale, axis=axis)
    x = alt.X(
        field="c0",
        type="ordinal",
        sort=[row["c0"] for row in rows],  # other layers hold some of the rows only
        axis=alt.Axis(
            title=None,
            labelAngle=0,
            labelOverlap="greedy",
            labelFlush=12,
            labelSeparation=10,
            grid=False,
            ticks=False,
            labelPadding=8,
        ),
    )
    line = alt.Chart().mark_line(color=colours.text, strokeWidth=2)
    layers = [line.encode(x=x, y=y).transform_filter("!datum.c3")]
    if any(row["c3"] for row in rows):
        dashed = alt.Chart().mark_line(color=colours.faded, strokeWidth=2, strokeDash=[3, 3])
        layers.append(dashed.encode(x=x, y=y).transform_filter("datum.c4"))
    dots = alt.Chart().mark_point(filled=True, size=46, opacity=1, stroke=colours.text)
    tooltip = [tip("c0", t("Period")), tip("c2", t("Value")), tip("c5", "n")]
    layers.append(dots.encode(x=x, y=y, color=when("c3", colours.page, colours.text), tooltip=tooltip))
    if target is not None:
        row = {"c1": target, "c2": t("Target {value}", value=t.value(target, unit, currency))}
        rule = alt.Chart(inline("target", [row])).mark_rule(color=colours.accent, strokeWidth=1.5, strokeDash=[6, 3])
        layers.insert(0, rule.encode(y=y))
        look = {"align": "left", "dy": -10, "color": colours.accent, "fontSize": 12}
        layers.append(_label("aim", row, _BESIDE_AXIS, y, colours, look))
    shown = _last(rows)
    if shown is not None:
        low, high = scale.domain
        heights = [row["c1"] for row in rows]
        look = place(heights, shown, low, high, height, width=8 * columns_of(rows[shown]["c2"]))
        layers.append(_label("last", rows[shown], x, y, colours, {**look, "fontWeight": 600}))
    chart = draw(layers, rows, colours, height=height)
    told = ", ".join(f"{row['c0']} {row['c2']}" for row in rows[-6:])
    return Drawing(chart, title, subtitle, f"{title}. {told}")


def _row(point: Point, unit: str, currency: str, grain: TimeGrain, t: Translator) -> dict[str, Any]:
    label = whole(point.start, grain).label(grain)
    shown = t.value(point.value, unit, currency)
    return {
        "c0": f"{label}*" if point.partial else label,
        "c1": None if point.value is None else float(point.value),
        "c2": t("{value} (so far)", value=shown) if point.partial else shown,
        "c3": point.partial,
        "c4": point.partial,
        "c5": "" if point.n is None else t.compact(point.n),
    }


def _last(rows: Sequence[dict[str, Any]]) -> int | None:
    """Which point is labelled? The last whole one; a partial one where there is no other."""
    known = [at for at, row in enumerate(rows) if row["c1"] is not None]
    return next((at for at in reversed(known) if not rows[at]["c3"]), known[-1] if known else None)


def _label(
    name: str, row: dict[str, Any], x: alt.X | alt.XValue, y: alt.Y, colours: Colours, look: dict[str, Any]
) -> alt.Chart:
    """A text that is read over lines: drawn twice, first as an edge in the colour of the page."""
    rows = inline(name, [{**row, "c6": True}, {**row, "c6": False}])
    text: alt.Chart = alt.Chart(rows).mark_text(strokeWidth=3, strokeJoin="round", aria=False, tooltip=None, **look)
    return text.encode(x=x, y=y, text=words("c2"), stroke=edge_when("c6", colours.page, "transparent"))
