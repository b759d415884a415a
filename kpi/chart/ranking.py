"""Segments in order of a value: bars from zero, each with its value and its n; segments of few are faded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kpi.chart.drawing import Colours, Drawing, Spec, draw, lookup, pick, shorten
from kpi.evaluate.series import Number
from kpi.language import Translator

ROW = 30


@dataclass(frozen=True)
class Bar:
    """One segment's value. `n` is what it rests on, `few` whether that is too little to judge."""

    id: str
    label: str
    value: Number | None
    n: Number | None = None
    few: bool = False


def draw_ranking(
    bars: Sequence[Bar],
    unit: str,
    currency: str,
    t: Translator,
    colours: Colours,
    *,
    title: str,
    subtitle: str = "",
    target: float | None = None,
    picked: str | None = None,
    most: int = 20,
) -> Drawing:
    """The segments, best value on top; those without a value are left out. A click tells the segment."""
    known = sorted((bar for bar in bars if bar.value is not None), key=lambda bar: -float(bar.value or 0))[:most]
    rows: list[dict[str, Any]] = [
        {
            "c0": bar.id,
            "c1": shorten(bar.label, 20),
            "c2": float(bar.value or 0),
            "c3": t.value(bar.value, unit, currency, compact=True),
            "c4": "" if bar.n is None else f"n = {t.compact(bar.n)}",
            "c5": bar.few,
            "c6": bar.id == picked,
        }
        for bar in known
    ]
    top = max([row["c2"] for row in rows] + [target or 0.0, 0.0]) or 1.0
    low = min([row["c2"] for row in rows] + [0.0])
    y: Spec = {
        "field": "c0",
        "type": "ordinal",
        "sort": None,
        "axis": {
            "title": None,
            "domain": False,
            "ticks": False,
            "labelLimit": 150,
            "labelPadding": 8,
            "labelExpr": lookup({str(row["c0"]): row["c1"] for row in rows}),
        },
    }
    x: Spec = {
        "field": "c2",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [low, low + (top - low) * 1.32], "nice": False},
    }
    tooltip = [
        {"field": "c1", "title": t("Segment"), "type": "nominal"},
        {"field": "c3", "title": t("Value"), "type": "nominal"},
        {"field": "c4", "title": "n", "type": "nominal"},
    ]
    fill = {"condition": {"test": "datum.c6", "value": colours.accent}, "value": colours.faded}
    layers: list[Spec] = [
        {
            "params": [pick()],
            "mark": {"type": "bar", "size": 16, "cursor": "pointer"},
            "encoding": {
                "y": y,
                "x": x,
                "color": fill,
                "opacity": {"condition": {"test": "datum.c5", "value": 0.35}, "value": 0.9},
                "tooltip": tooltip,
            },
        },
        {
            "transform": [{"calculate": "datum.c3 + (datum.c4 ? '   · ' + datum.c4 : '')", "as": "c7"}],
            "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 12, "tooltip": None},
            "encoding": {"y": y, "x": x, "text": {"field": "c7"}},
        },
    ]
    if target is not None:
        layers.insert(
            0,
            {
                "data": {"values": [{"c2": target}]},
                "mark": {"type": "rule", "color": colours.accent, "strokeDash": [6, 3], "strokeWidth": 1.5},
                "encoding": {"x": x},
            },
        )
    spec = draw(layers, rows, colours, width="container", height={"step": ROW})
    told = "; ".join(f"{row['c1']} {row['c3']} {row['c4']}".strip() for row in rows)
    return Drawing(spec, title, subtitle, f"{title}. {told}")
