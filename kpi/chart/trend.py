"""A value over time as a line, with the target as a rule; a period that has not ended is hollow and dashed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from kpi.chart.axis import value_axis
from kpi.chart.drawing import Colours, Drawing, Spec, draw
from kpi.evaluate.series import Point
from kpi.language import Translator
from kpi.period import TimeGrain, whole

_ZERO_BASED = ("count", "money")


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
    scale = value_axis(values, unit, currency, t, zero=unit in _ZERO_BASED)
    x: Spec = {
        "field": "c0",
        "type": "ordinal",
        "sort": [row["c0"] for row in rows],  # other layers hold some of the rows only
        "axis": {
            "title": None,
            "labelAngle": 0,
            "labelOverlap": "greedy",
            "grid": False,
            "ticks": False,
            "labelPadding": 8,
        },
    }
    y: Spec = {"field": "c1", "type": "quantitative", **scale}
    layers: list[Spec] = []
    if target is not None:
        layers += _target_rule(target, unit, currency, t, colours, scale)
    line = {"type": "line", "color": colours.text, "strokeWidth": 2}
    layers.append({"transform": [{"filter": "!datum.c3"}], "mark": line, "encoding": {"x": x, "y": y}})
    if any(row["c3"] for row in rows):
        faded = {**line, "strokeDash": [3, 3], "color": colours.faded}
        layers.append({"transform": [{"filter": "datum.c4"}], "mark": faded, "encoding": {"x": x, "y": y}})
    tooltip = [
        {"field": "c0", "title": t("Period"), "type": "nominal"},
        {"field": "c2", "title": t("Value"), "type": "nominal"},
        {"field": "c5", "title": "n", "type": "nominal"},
    ]
    dots: Spec = {
        "mark": {"type": "point", "filled": True, "size": 46, "opacity": 1, "stroke": colours.text},
        "encoding": {
            "x": x,
            "y": y,
            "color": {"condition": {"test": "datum.c3", "value": colours.page}, "value": colours.text},
            "tooltip": tooltip,
        },
    }
    layers.append(dots)
    known = [row for row in rows if row["c1"] is not None]
    last = next((row for row in reversed(known) if not row["c3"]), known[-1] if known else None)
    if last is not None:
        layers.append(
            {
                "data": {"values": [last]},
                "mark": {"type": "text", "dy": -12, "fontWeight": 600, "align": "right", "dx": 4},
                "encoding": {"x": x, "y": y, "text": {"field": "c2"}},
            }
        )
    spec = draw(layers, rows, colours, width="container", height=height)
    told = ", ".join(f"{row['c0']} {row['c2']}" for row in rows[-6:])
    return Drawing(spec, title, subtitle, f"{title}. {told}")


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


def _target_rule(
    target: float, unit: str, currency: str, t: Translator, colours: Colours, scale: dict[str, Any]
) -> list[Spec]:
    data = {"values": [{"c0": target, "c1": t("Target {value}", value=t.value(target, unit, currency))}]}
    y = {"field": "c0", "type": "quantitative", **scale}
    return [
        {
            "data": data,
            "mark": {"type": "rule", "color": colours.accent, "strokeWidth": 1.5, "strokeDash": [6, 3]},
            "encoding": {"y": y},
        },
        {
            "data": data,
            "mark": {"type": "text", "align": "left", "dy": -7, "color": colours.accent, "fontSize": 12},
            "encoding": {"y": y, "x": {"value": 4}, "text": {"field": "c1"}},
        },
    ]
