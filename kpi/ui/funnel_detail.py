"""Beneath the funnel: its steps as a table, a step over time, the segments, the records, the files."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from kpi.chart import Bar, draw_funnel, draw_ranking, draw_small_funnel, draw_trend, segment_label
from kpi.evaluate import RowsQuery
from kpi.funnel import FEW, FunnelStep, Segment, lag_days, lag_query, read_segments, step_trend
from kpi.language import mark
from kpi.narrate import funnel_headline, funnel_subtitle, grain_name, period_words, segment_headline, trend_headline
from kpi.period import TimeGrain
from kpi.report import funnel_workbook
from kpi.ui.answers import answer
from kpi.ui.charts import show_chart
from kpi.ui.downloads import offer_files
from kpi.ui.funnel import View
from kpi.ui.link import choose
from kpi.ui.records import show_records
from kpi.ui.session import Screen
from kpi.ui.text import plain

REACHED, LOST = "reached", "lost"
SMALL_FUNNELS = 6
_SIDES = {REACHED: mark("Reached it"), LOST: mark("Lost before it")}


def show_steps(screen: Screen, view: View) -> None:
    """The funnel as a table."""
    t = screen.t
    with st.expander(t("The steps as a table"), key=f"{view.page}.table"):
        st.dataframe(_table(screen, view.funnel.steps, view.funnel.currency), hide_index=True, key=f"{view.page}.steps")


def show_trend(screen: Screen, view: View, step: FunnelStep) -> None:
    """The chosen step's rate by the period in which records entered."""
    if view.planned.plan.date is None:
        return
    t = screen.t
    st.subheader(t("Over time"))
    grain = TimeGrain(
        choose(
            st.segmented_control,
            t("By"),
            (TimeGrain.MONTH.value, TimeGrain.QUARTER.value, TimeGrain.WEEK.value),
            name="grain",
            key=f"{view.page}.grain",
            t=t,
            show=lambda name: grain_name(TimeGrain(name), t),
            required=True,
        )
    )
    result = answer(screen, replace(view.query, grain=grain))
    lag = lag_query(view.planned, step.id)
    days = lag_days(answer(screen, lag)) if lag else 0
    points = step_trend(result, view.planned, step.id, screen.context.now, days)
    if not points:
        st.caption(t("There is nothing to draw in this period."))
        return
    drawing = draw_trend(
        points,
        "count" if step.position == 1 else "rate",
        view.funnel.currency,
        grain,
        t,
        screen.theme,
        title=trend_headline(step, points, grain, t),
        subtitle=t("By the period in which records entered. Hollow: those records have not had enough time yet."),
    )
    show_chart(drawing, f"{view.page}.trend")


def show_segments(screen: Screen, view: View, step: FunnelStep) -> tuple[Segment, ...]:
    """Ranking of the segments at the chosen step, their funnels, and both as a table."""
    if view.breakdown is None:
        return ()
    t, name = screen.t, view.breakdown.name
    result = answer(screen, replace(view.query, dimensions=(name,)))
    segments = read_segments(result, view.planned, name)
    if not segments:
        return ()
    st.subheader(t("By {dimension}", dimension=plain(view.breakdown.names.in_language(t.language))))
    drawing = draw_ranking(
        [_bar(segment, step, screen) for segment in segments],
        "count" if step.position == 1 else "rate",
        view.funnel.currency,
        t,
        screen.theme,
        title=segment_headline(segments, step, t),
        subtitle=t("Faded: too few records to judge (n under {n}).", n=FEW),
        clickable=False,
    )
    show_chart(drawing, f"{view.page}.ranking")
    with st.grid("auto", min_column_width=300, gap="medium"):
        for place, segment in enumerate(segments[:SMALL_FUNNELS]):
            title = f"{segment_label(segment.value, t)} · n = {t.number(segment.steps[0].count, 0)}"
            small = draw_small_funnel(segment, t, screen.theme, title=title, picked=step.id)
            with st.container():
                show_chart(small, f"{view.page}.small.{place}")
    st.dataframe(_segment_table(screen, view, segments), hide_index=True, key=f"{view.page}.segments")
    return segments


def show_step_records(screen: Screen, view: View, step: FunnelStep) -> None:
    """The records that reached the chosen step, or that were lost before it."""
    t = screen.t
    st.subheader(t("The records"))
    sides = (REACHED, LOST) if step.position > 1 else (REACHED,)
    side = choose(
        st.segmented_control,
        step.names.in_language(t.language),
        sides,
        name="records",
        key=f"{view.page}.records",
        t=t,
        show=lambda item: t(_SIDES[item]),
        required=True,
    )
    part = step.id if side == REACHED else f"lost:{step.id}"
    place = view.planned.plan.steps[step.position - (1 if side == REACHED else 2)]
    show_records(
        screen,
        RowsQuery(view.query, part),
        f"{view.page}.{side}",
        name=f"{view.page}-{side}-{step.id}",
        entity=view.planned.plan.entity(place),
    )


def show_downloads(screen: Screen, view: View, segments: tuple[Segment, ...]) -> None:
    """The funnel as a workbook and as a picture, and the SQL that made it."""
    t, funnel, asked, theme = screen.t, view.funnel, view.asked, screen.theme
    when = "all" if asked is None else period_words(asked, t)
    name = f"{screen.workspace.id}-v{screen.dataset.version}-{view.page}-{when}"
    dimension = view.breakdown.names.in_language(t.language) if view.breakdown else None
    notes = [t("Filter: {filter}", filter=view.query.where)] if view.query.where else []
    drawing = draw_funnel(
        funnel,
        t,
        theme,
        title=funnel_headline(funnel, t),
        subtitle=funnel_subtitle(funnel, asked, t),
        clickable=False,
    )

    def workbook() -> bytes:
        return funnel_workbook(funnel, asked, t, dimension=dimension, segments=segments, notes=notes)

    offer_files(screen, view.page, name, workbook, drawing)
    with st.expander("SQL", key=f"{view.page}.sql"):
        st.code(funnel.sql, language="sql", wrap_lines=True)


def _bar(segment: Segment, step: FunnelStep, screen: Screen) -> Bar:
    label = segment_label(segment.value, screen.t)
    if step.position == 1:
        return Bar(label, label, segment.steps[0].count)
    rate = segment.rate(step.id)
    return Bar(label, label, rate.value, rate.n, few=float(rate.n or 0) < FEW)


def _table(screen: Screen, steps: tuple[FunnelStep, ...], currency: str) -> pd.DataFrame:
    """The steps with figures as the reader's language writes them."""
    t = screen.t
    return pd.DataFrame(
        [
            {
                t("Step"): step.names.in_language(t.language),
                t("Records"): t.number(step.count, 0),
                t("Of the step before"): t.percent(step.step_rate),
                t("Of all that entered"): t.percent(step.overall_rate),
                t("Lost"): t.number(step.lost, 0),
                t("Amount"): t.money(step.amount, currency),
                t("Amount lost"): t.money(step.lost_amount, currency),
            }
            for step in steps
        ]
    )


def _segment_table(screen: Screen, view: View, segments: tuple[Segment, ...]) -> pd.DataFrame:
    """One row a segment: who entered, and the rate of every step."""
    t = screen.t
    head = view.breakdown.names.in_language(t.language) if view.breakdown else t("Segment")
    return pd.DataFrame(
        [
            {
                head: segment_label(segment.value, t),
                segment.steps[0].names.in_language(t.language): t.number(segment.steps[0].count, 0),
                **{
                    step.names.in_language(t.language): f"{t.percent(step.step_rate)} ({t.number(step.count, 0)})"
                    for step in segment.steps[1:]
                },
            }
            for segment in segments
        ]
    )
