"""A funnel as horizontal bars: what each step has, what was lost before it, and how many go on."""

from __future__ import annotations

from typing import Any

import altair as alt

from kpi.chart.drawing import Drawing, draw, shorten, tip, when, with_clicks, words
from kpi.chart.theme import Colours
from kpi.funnel import Funnel, FunnelStep, Segment
from kpi.language import Translator

ROW = 66  # pixels a step takes: its name, its bar, its loss
_BAR = 20
_LEFT, _RIGHT = alt.XValue(0), alt.XValue("width")  # type: ignore[no-untyped-call]
_TO_RIGHT = alt.X2Value("width")  # type: ignore[no-untyped-call]


def draw_funnel(
    funnel: Funnel,
    t: Translator,
    colours: Colours,
    *,
    title: str,
    subtitle: str = "",
    picked: str | None = None,
    clickable: bool = True,
) -> Drawing:
    """The funnel; the picked step in the accent, the biggest loss in the colour of trouble. A click tells the step."""
    worst = funnel.biggest_loss
    rows = [
        _row(step, funnel.before(step.id), funnel, t, step.id == picked, worst is not None and step.id == worst.id)
        for step in funnel.steps
    ]
    y = alt.Y(field="c1", type="ordinal", sort=None, axis=None)
    x = alt.X(
        field="c2",
        type="quantitative",
        axis=None,
        scale=alt.Scale(domain=[0, max(funnel.entered, 1)], nice=False),
    )
    tooltip = [
        tip("c1", t("Step")),
        tip("c4", t("Records")),
        tip("c5", t("Of the step before")),
        tip("c6", t("Of all that entered")),
        tip("c7", t("Lost")),
        tip("c8", t("Amount")),
        tip("c9", t("Amount lost")),
    ]
    loss_colour = when("c12", colours.off_target, colours.faded)
    name_dy, loss_dy = -(_BAR / 2 + 11), _BAR / 2 + 11
    row = alt.Chart().mark_bar(size=ROW, opacity=0.001, cursor="pointer")
    row = row.encode(y=y, x=_LEFT, x2=_TO_RIGHT, tooltip=tooltip)
    before = alt.Chart().mark_bar(size=_BAR, opacity=0.16, tooltip=None)
    bar = alt.Chart().mark_bar(size=_BAR, opacity=0.92, tooltip=None)
    name = alt.Chart().mark_text(align="left", baseline="middle", dy=name_dy, fontWeight=600, tooltip=None)
    rates = alt.Chart().mark_text(align="right", baseline="middle", dy=name_dy, tooltip=None)
    loss = alt.Chart().mark_text(align="left", baseline="middle", dy=loss_dy, fontSize=12, tooltip=None)
    layers = [
        with_clicks(row) if clickable else row,
        # what the step before had: the drop-off is seen, not subtracted
        before.encode(y=y, x=x, x2=alt.X2(field="c3"), color=loss_colour).transform_filter("datum.c3 > datum.c2"),
        bar.encode(y=y, x=x, color=when("c11", colours.accent, colours.faded)),
        name.encode(y=y, x=_LEFT, text=words("c10")),
        rates.encode(y=y, x=_RIGHT, text=words("c13")),
        loss.encode(y=y, x=_LEFT, text=words("c14"), color=loss_colour),
    ]
    chart = draw(layers, rows, colours, height=alt.Step(ROW))
    told = "; ".join(f"{row['c1']}: {row['c4']}" + (f", {row['c14']}" if row["c14"] else "") for row in rows)
    return Drawing(chart, title, subtitle, f"{title}. {told}")


def _row(
    step: FunnelStep, before: FunnelStep | None, funnel: Funnel, t: Translator, picked: bool, worst: bool
) -> dict[str, Any]:
    name = step.names.in_language(t.language)
    count = t.number(step.count, 0)
    lost = ""
    if before is not None and step.lost > 0:
        share = t.percent(1 - (step.step_rate or 0))
        lost = t("▼ {count} lost before this step ({share})", count=t.number(step.lost, 0), share=share)
        if step.lost_amount:
            lost += " · " + t.money(step.lost_amount, funnel.currency, compact=True)
    return {
        "c0": step.id,
        "c1": name,
        "c2": step.count,
        "c3": step.count if before is None else before.count,
        "c4": count,
        "c5": t.percent(step.step_rate),
        "c6": t.percent(step.overall_rate),
        "c7": t.number(step.lost, 0),
        "c8": t.money(step.amount, funnel.currency),
        "c9": t.money(step.lost_amount, funnel.currency),
        "c10": shorten(name, 26),
        "c11": picked,
        "c12": worst,
        "c13": count if before is None else _rates(step, t),
        "c14": lost,
    }


def _rates(step: FunnelStep, t: Translator) -> str:
    """The count with its two rates."""
    return t(
        "{count} · step {rate} · all {overall}",
        count=t.number(step.count, 0),
        rate=t.percent(step.step_rate),
        overall=t.percent(step.overall_rate),
    )


def draw_small_funnel(
    segment: Segment,
    t: Translator,
    colours: Colours,
    *,
    title: str,
    picked: str | None = None,
) -> Drawing:
    """One segment's funnel by share of what entered, small, so that several can be compared by their shape."""
    rows = [
        {
            "c0": step.id,
            "c1": step.names.in_language(t.language),
            "c2": step.overall_rate or 0.0,
            "c3": t.percent(step.overall_rate, 0),
            "c4": t.number(step.count, 0),
            "c5": t.percent(step.step_rate),
            "c6": step.id == picked,
        }
        for step in segment.steps
    ]
    axis = alt.Axis(title=None, domain=False, ticks=False, labelLimit=120, labelPadding=6)
    y = alt.Y(field="c1", type="ordinal", sort=None, axis=axis)
    x = alt.X(field="c2", type="quantitative", axis=None, scale=alt.Scale(domain=[0, 1.25], nice=False))
    tooltip = [
        tip("c1", t("Step")),
        tip("c4", t("Records")),
        tip("c5", t("Of the step before")),
        tip("c3", t("Of all that entered")),
    ]
    bar = alt.Chart().mark_bar(size=12, opacity=0.85)
    share = alt.Chart().mark_text(align="left", dx=4, fontSize=11, color=colours.faded)
    layers = [
        bar.encode(y=y, x=x, color=when("c6", colours.accent, colours.faded), tooltip=tooltip),
        share.encode(y=y, x=x, text=words("c3")),
    ]
    chart = draw(layers, rows, colours, height=alt.Step(20))
    told = "; ".join(f"{row['c1']}: {row['c3']}" for row in rows)
    return Drawing(chart, title, "", f"{title}. {told}")


def segment_label(value: str | None, t: Translator) -> str:
    """How a value of a dimension is written; rows without one are said to have none."""
    return t("(none)") if value is None else shorten(value, 24)
