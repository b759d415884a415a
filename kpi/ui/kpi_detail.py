"""One KPI: its value, what it means exactly, how it went, where it sits, and the rows behind it."""

from __future__ import annotations

import streamlit as st

from kpi.chart import Bar, draw_ranking, draw_trend, segment_label
from kpi.evaluate import KpiQuery, Result, RowsQuery, choose, definition_in_force, parts_of, status_of, target_for
from kpi.evaluate.breakdowns import kpi_breakdowns
from kpi.evaluate.series import series
from kpi.narrate import (
    describe_definition,
    describe_missing,
    direction_name,
    layer_name,
    period_words,
    unit_name,
)
from kpi.period import TimeGrain
from kpi.scorecard import trend_grain, trend_period
from kpi.scorecard.noise import FEW
from kpi.semantic.kpi import Kpi, Unit
from kpi.ui.answers import answer
from kpi.ui.charts import show_chart
from kpi.ui.controls import Scope, choose_dimension, choose_scope
from kpi.ui.kpis import PAGE
from kpi.ui.records import show_records
from kpi.ui.rows_part import choose_part, entity_of_part
from kpi.ui.session import Screen, go_to
from kpi.ui.status import show_status
from kpi.ui.text import plain


def show_detail(screen: Screen, kpi: Kpi) -> None:
    """Everything about one KPI, from the number down to its rows."""
    t, context = screen.t, screen.context
    st.title(plain(kpi.names.in_language(t.language)))
    st.markdown(plain(kpi.meaning.in_language(t.language)))
    choice = choose(kpi, context.dataset, context.definitions.kpis)
    if choice.definition is None:
        st.info(plain(describe_missing(kpi, choice.missing, context.definitions.kpis, t)))
        if st.button(t("Load a file"), key=f"{PAGE}.load", type="primary"):
            go_to("data")
        return
    with st.sidebar:
        scope = choose_scope(screen, PAGE, with_all=True, with_compare=False)
        breakdown = choose_dimension(kpi_breakdowns(kpi, context), t("Break down by"), "by", f"{PAGE}.by", t)
    _show_value(screen, kpi, scope)
    _show_definition(screen, kpi, scope)
    _show_trend(screen, kpi, scope)
    if breakdown is not None:
        _show_segments(screen, kpi, scope, breakdown.name, breakdown.names.in_language(t.language))
    _show_rows(screen, kpi, scope)


def _show_value(screen: Screen, kpi: Kpi, scope: Scope) -> None:
    """The number against its target, with N and D."""
    t, days = screen.t, scope.span.passed if scope.period else None
    result = answer(screen, KpiQuery(kpi.id, days))
    row = result.frame.iloc[0]
    value, target = row["value"], target_for(kpi.target, days)
    show_status(status_of(kpi, None if value is None else float(value), target), t)
    unit, currency = kpi.unit.value, result.currency
    with st.grid("auto", min_column_width=220, gap="small"):
        when = t("All data") if scope.period is None else period_words(scope.span.passed, t)
        gap = None if value is None or target is None else float(value) - target
        st.metric(
            plain(when),
            plain(t.value(value, unit, currency)),
            delta=None if gap is None else plain(t.gap(gap, unit, currency)),
            delta_color="gray",
            delta_arrow="off",
            delta_description=None
            if gap is None
            else plain(t("target {target}", target=t.value(target, unit, currency))),
            border=True,
        )
        if row["denominator"] is not None:
            _show_side(t("Numerator (N)"), result, "numerator", screen)
            _show_side(t("Denominator (D)"), result, "denominator", screen)
    for warning in result.warnings:
        st.info(plain(warning.in_language(t.language)))


def _show_side(label: str, result: Result, side: str, screen: Screen) -> None:
    unit = result.units[list(result.frame.columns).index(side)]
    st.metric(label, plain(screen.t.value(result.frame.iloc[0][side], unit, result.currency)), border=True)


def _show_definition(screen: Screen, kpi: Kpi, scope: Scope) -> None:
    t, context = screen.t, screen.context
    definition = choose(kpi, context.dataset, context.definitions.kpis).definition
    if definition is None:
        return
    words = describe_definition(kpi, definition, context.definitions.kpis, t)
    st.subheader(t("What exactly is counted"))
    st.markdown(plain(words.sentence))
    with st.expander(t("Definition part by part, and SQL"), key=f"{PAGE}.definition"):
        parts = [
            *words.parts,
            (t("Unit"), f"{unit_name(kpi.unit, t)}, {direction_name(kpi.direction, t)}"),
            (t("Layer"), layer_name(kpi.layer, t)),
        ]
        st.markdown("\n".join(f"- **{plain(label)}**: {plain(text)}" for label, text in parts))
        shown = KpiQuery(kpi.id, scope.span.passed if scope.period else None)
        st.code(answer(screen, shown).sql, language="sql", wrap_lines=True)


def _show_trend(screen: Screen, kpi: Kpi, scope: Scope) -> None:
    """A year of months up to the chosen period; over all data, every month of it."""
    t, span = screen.t, scope.span
    grain = trend_grain(span) if scope.period else TimeGrain.MONTH
    points = series(answer(screen, KpiQuery(kpi.id, trend_period(span) if scope.period else None, grain)))
    if len(points) < 2:
        return
    last = span.period if scope.period and span.grain else None
    st.subheader(t("Over time"))
    definition = definition_in_force(kpi, screen.context)
    if definition.window_days is not None:
        days = t.number(definition.window_days)
        st.caption(t("Hollow: some of these records have not had their {days} days yet.", days=days))
    drawing = draw_trend(
        points[-36:],
        kpi.unit.value,
        screen.dataset.currency,
        grain,
        t,
        screen.theme,
        title="",
        target=target_for(kpi.target, last) if last or (kpi.target and kpi.target.per is None) else None,
    )
    show_chart(drawing, f"{PAGE}.trend", heading=False)


def _show_segments(screen: Screen, kpi: Kpi, scope: Scope, dimension: str, name: str) -> None:
    t, days = screen.t, scope.span.passed if scope.period else None
    result = answer(screen, KpiQuery(kpi.id, days, dimensions=(dimension,)))
    columns = [dimension, "value", "denominator"]
    share = kpi.unit is Unit.RATE and result.units[-2] == "count"
    bars = [
        Bar(
            id=segment_label(segment, t),
            label=segment_label(segment, t),
            value=value,
            n=n if share else None,
            few=share and float(n or 0) < FEW,
        )
        for segment, value, n in result.frame[columns].itertuples(index=False, name=None)
    ]
    st.subheader(t("By {dimension}", dimension=plain(name)))
    target = target_for(kpi.target, None)
    subtitle = t("Faded: too few records to judge (n under {n}).", n=FEW) if share else ""
    drawing = draw_ranking(
        bars,
        kpi.unit.value,
        result.currency,
        t,
        screen.theme,
        title="",
        subtitle=subtitle,
        target=target,
        clickable=False,
    )
    show_chart(drawing, f"{PAGE}.ranking")


def _show_rows(screen: Screen, kpi: Kpi, scope: Scope) -> None:
    t = screen.t
    query = KpiQuery(kpi.id, scope.span.passed if scope.period else None)
    st.subheader(t("The rows behind the number"))
    part = choose_part(screen, query, parts_of(query, screen.context), name="part", key=f"{PAGE}.part")
    show_records(
        screen,
        RowsQuery(query, part),
        f"{PAGE}.rows",
        name=f"{kpi.id}-{part}",
        entity=entity_of_part(screen, query, part),
    )
