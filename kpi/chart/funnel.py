"""A funnel as horizontal bars: what each step has, what was lost before it, and how many go on."""

from __future__ import annotations

from typing import Any

from kpi.chart.drawing import Colours, Drawing, Spec, draw, pick, shorten
from kpi.funnel import Funnel, FunnelStep, Segment
from kpi.language import Translator

ROW = 66  # pixels a step takes: its name, its bar, its loss
_BAR = 20


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
    y: Spec = {"field": "c1", "type": "ordinal", "sort": None, "axis": None}
    x: Spec = {
        "field": "c2",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, max(funnel.entered, 1)], "nice": False},
    }
    tooltip = [
        {"field": "c1", "title": t("Step"), "type": "nominal"},
        {"field": "c4", "title": t("Records"), "type": "nominal"},
        {"field": "c5", "title": t("Of the step before"), "type": "nominal"},
        {"field": "c6", "title": t("Of all that entered"), "type": "nominal"},
        {"field": "c7", "title": t("Lost"), "type": "nominal"},
        {"field": "c8", "title": t("Amount"), "type": "nominal"},
        {"field": "c9", "title": t("Amount lost"), "type": "nominal"},
    ]
    fill = {"condition": {"test": "datum.c11", "value": colours.accent}, "value": colours.faded}
    bar: Spec = {"type": "bar", "size": _BAR, "cornerRadiusEnd": 3}
    loss_colour = {"condition": {"test": "datum.c12", "value": colours.off_target}, "value": colours.faded}
    name_y, loss_y = -(_BAR / 2 + 11), _BAR / 2 + 11
    text: Spec = {"type": "text", "baseline": "middle", "fontSize": 13}
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "size": ROW, "opacity": 0.001, "cursor": "pointer"},
            "encoding": {"y": y, "x": {"value": 0}, "x2": {"value": "width"}, "tooltip": tooltip},
            **({"params": [pick()]} if clickable else {}),
        },
        {  # what the step before had: the drop-off is seen, not subtracted
            "transform": [{"filter": "datum.c3 > datum.c2"}],
            "mark": {**bar, "opacity": 0.16, "tooltip": None},
            "encoding": {"y": y, "x": x, "x2": {"field": "c3"}, "color": loss_colour},
        },
        {"mark": {**bar, "opacity": 0.92}, "encoding": {"y": y, "x": x, "color": fill}},
        {
            "mark": {**text, "align": "left", "dy": name_y, "fontWeight": 600},
            "encoding": {"y": y, "x": {"value": 0}, "text": {"field": "c10"}},
        },
        {
            "mark": {**text, "align": "right", "dy": name_y},
            "encoding": {"y": y, "x": {"value": "width"}, "text": {"field": "c13"}},
        },
        {
            "mark": {**text, "align": "left", "dy": loss_y, "fontSize": 12},
            "encoding": {"y": y, "x": {"value": 0}, "text": {"field": "c14"}, "color": loss_colour},
        },
    ]
    for layer in layers:
        layer["mark"].setdefault("tooltip", None)
    layers[0]["mark"].pop("tooltip")
    spec = draw(layers, rows, colours, width="container", height={"step": ROW})
    told = "; ".join(f"{row['c1']}: {row['c4']}" + (f", {row['c14']}" if row["c14"] else "") for row in rows)
    return Drawing(spec, title, subtitle, f"{title}. {told}")


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
    axis = {"title": None, "domain": False, "ticks": False, "labelLimit": 120, "labelPadding": 6}
    y: Spec = {"field": "c1", "type": "ordinal", "sort": None, "axis": axis}
    scale = {"domain": [0, 1.25], "nice": False}
    x: Spec = {"field": "c2", "type": "quantitative", "axis": None, "scale": scale}
    tooltip = [
        {"field": "c1", "title": t("Step"), "type": "nominal"},
        {"field": "c4", "title": t("Records"), "type": "nominal"},
        {"field": "c5", "title": t("Of the step before"), "type": "nominal"},
        {"field": "c3", "title": t("Of all that entered"), "type": "nominal"},
    ]
    fill = {"condition": {"test": "datum.c6", "value": colours.accent}, "value": colours.faded}
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "size": 12, "opacity": 0.85},
            "encoding": {"y": y, "x": x, "color": fill, "tooltip": tooltip},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 11, "color": colours.faded},
            "encoding": {"y": y, "x": x, "text": {"field": "c3"}},
        },
    ]
    spec = draw(layers, rows, colours, width="container", height={"step": 20})
    told = "; ".join(f"{row['c1']}: {row['c3']}" for row in rows)
    return Drawing(spec, title, "", f"{title}. {told}")


def segment_label(value: str | None, t: Translator) -> str:
    """How a value of a dimension is written; rows without one are said to have none."""
    return t("(none)") if value is None else shorten(value, 24)
