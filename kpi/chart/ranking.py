"""Segments in order of a value: bars from zero, each with its value and its n; segments of few are faded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from kpi.chart.drawing import Drawing, draw, inline, lookup, shorten, tip, when, with_clicks, words
from kpi.chart.theme import Colours
from kpi.evaluate.series import Number
from kpi.language import Translator

ROW = 30
_TOP = alt.YValue(0)  # type: ignore[no-untyped-call]


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
    clickable: bool = True,
    most: int = 20,
) -> Drawing:
    """The segments, best value on top; those without a value are left out. A click tells the segment."""
    known = sorted((bar for bar in bars if bar.value is not None), key=lambda bar: -float(bar.value or 0))[:most]
    rows = [_row(bar, unit, currency, t, bar.id == picked) for bar in known]
    top = max([row["c2"] for row in rows] + [target or 0.0, 0.0]) or 1.0
    low = min([row["c2"] for row in rows] + [0.0])
    axis = alt.Axis(
        title=None,
        domain=False,
        ticks=False,
        labelLimit=150,
        labelPadding=8,
        labelExpr=lookup({str(row["c0"]): row["c1"] for row in rows}),
    )
    y = alt.Y(field="c0", type="ordinal", sort=None, axis=axis)
    scale = alt.Scale(domain=[low, low + (top - low) * 1.32], nice=False)
    x = alt.X(field="c2", type="quantitative", axis=None, scale=scale)
    bar = alt.Chart().mark_bar(size=16, cursor="pointer" if clickable else alt.Undefined)
    bar = bar.encode(
        y=y,
        x=x,
        color=when("c6", colours.accent, colours.faded),
        opacity=alt.OpacityValue(0.9, condition={"test": "datum.c5", "value": 0.35}),
        tooltip=[tip("c1", t("Segment")), tip("c3", t("Value")), tip("c4", "n")],
    )
    value = alt.Chart().mark_text(align="left", dx=6, fontSize=12, tooltip=None).encode(y=y, x=x, text=words("c7"))
    layers = [with_clicks(bar) if clickable else bar, value]
    if target is not None:
        row = {"c2": target, "c7": t("Target {value}", value=t.value(target, unit, currency, compact=True))}
        data = inline("target", [row])
        rule = alt.Chart(data).mark_rule(color=colours.accent, strokeDash=[6, 3], strokeWidth=1.5)
        name = alt.Chart(data).mark_text(color=colours.accent, fontSize=12, dy=-8, tooltip=None)
        edge = value.mark_text(  # keeps values legible where the rule runs through them
            align="left", dx=6, fontSize=12, tooltip=None, stroke=colours.page, strokeWidth=4, aria=False
        )
        layers = [rule.encode(x=x), name.encode(x=x, y=_TOP, text=words("c7")), edge, *layers]
    chart = draw(layers, rows, colours, height=alt.Step(ROW))
    told = "; ".join(f"{row['c1']} {row['c3']} {row['c4']}".strip() for row in rows)
    return Drawing(chart, title, subtitle, f"{title}. {told}")


def _row(bar: Bar, unit: str, currency: str, t: Translator, picked: bool) -> dict[str, Any]:
    value = t.value(bar.value, unit, currency, compact=True)
    n = "" if bar.n is None else f"n = {t.compact(bar.n)}"
    return {
        "c0": bar.id,
        "c1": shorten(bar.label, 20),
        "c2": float(bar.value or 0),
        "c3": value,
        "c4": n,
        "c5": bar.few,
        "c6": picked,
        "c7": f"{value}   · {n}" if n else value,
    }
