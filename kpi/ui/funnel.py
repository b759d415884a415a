"""A journey's page: which records, its funnel, and the step that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from kpi.chart import draw_funnel
from kpi.errors import QueryError
from kpi.evaluate import JourneyQuery, PlannedJourney, plan_journey
from kpi.evaluate.breakdowns import Breakdown, journey_breakdowns
from kpi.funnel import Funnel, FunnelStep, read_funnel
from kpi.narrate import funnel_also, funnel_headline, funnel_subtitle, step_headline
from kpi.period import Period
from kpi.ui.answers import answer
from kpi.ui.charts import click_chart
from kpi.ui.controls import both, choose_dimension, choose_scope, only_these, type_text
from kpi.ui.errors import error_text
from kpi.ui.link import choose, choose_several
from kpi.ui.session import Screen, go_to
from kpi.ui.text import plain

NONE = "∅"  # how "no value" is named among the values that can be chosen


@dataclass(frozen=True)
class View:
    """What the page asks for: the journey as it can be followed, the question, and the breakdown."""

    page: str
    planned: PlannedJourney
    query: JourneyQuery
    breakdown: Breakdown | None
    funnel: Funnel

    @property
    def asked(self) -> Period | None:
        """The period asked for; None for all data."""
        return self.query.period


def can_follow(screen: Screen, journey: str) -> bool:
    """Whether the loaded data can answer the journey; where not, the page says what is missing and what to do."""
    try:
        plan_journey(JourneyQuery(journey), screen.context)
    except QueryError as error:
        t = screen.t
        text = error_text(error, t)
        st.title(t("This funnel is waiting for data"))
        st.markdown(plain(text.message))
        st.caption(plain(text.remedy))
        if st.button(t("Load a file"), key=f"{journey}.load", type="primary"):
            go_to("data")
        return False
    return True


def choose_view(screen: Screen, journey: str) -> View:
    """The controls of a funnel page, in the sidebar, and the funnel they ask for."""
    t, context = screen.t, screen.context
    planned = plan_journey(JourneyQuery(journey), context)
    breakdowns = journey_breakdowns(planned, context)
    with st.sidebar:
        scope = choose_scope(screen, journey, with_all=True, with_compare=False)
        breakdown = choose_dimension(breakdowns, t("Break down by"), "by", f"{journey}.by", t)
        only = choose_dimension(breakdowns, t("Only"), "only", f"{journey}.only", t)
        chosen = _choose_values(screen, journey, only) if only else None
        typed = type_text(
            t("Filter"),
            "where",
            f"{journey}.where",
            placeholder="amount > 1000",
            help_text=t("An expression over the fields of a record, such as: region = 'East' and amount > 1000"),
        )
    query = JourneyQuery(journey, scope.period, where=both(chosen, typed))
    funnel = read_funnel(answer(screen, query), planned)
    return View(journey, planned, query, breakdown, funnel)


def show_funnel(screen: Screen, view: View) -> FunnelStep:
    """Headline, funnel and the chosen step; returns that step."""
    t, funnel = screen.t, view.funnel
    st.title(plain(funnel_headline(funnel, t)))
    if also := funnel_also(funnel, t):
        st.markdown(plain(also))
    st.caption(plain(funnel_subtitle(funnel, view.asked, t)))
    for warning in funnel.warnings:
        st.info(plain(warning.in_language(t.language)))
    key = f"{view.page}.step"
    drawn, beside = st.columns([3, 2], gap="large")
    with drawn:
        picked = _picked(funnel, key)
        drawing = draw_funnel(funnel, t, screen.theme, title=funnel_headline(funnel, t), picked=picked)
        clicked = click_chart(drawing, f"{view.page}.funnel", heading=False)
    with beside:
        step = _choose_step(funnel, clicked, key, screen)
        _show_step(screen, funnel, step)
    if step.id != picked:
        st.rerun()  # the chart is drawn before the control speaks: draw it anew with the step that is chosen
    return step


def _picked(funnel: Funnel, key: str) -> str:
    """The step that the chart is drawn with, before its control speaks: chosen, in the link, or the biggest loss."""
    asked = (st.session_state.get(key), st.query_params.get("step"))
    default = funnel.biggest_loss or funnel.steps[1]
    return next((name for name in asked if name and funnel.step(name)), default.id)


def _choose_step(funnel: Funnel, clicked: str | None, key: str, screen: Screen) -> FunnelStep:
    t = screen.t
    named = {step.id: step for step in funnel.steps}
    if clicked in named:
        st.session_state[key] = clicked
    chosen = choose(
        st.selectbox,
        t("Step"),
        tuple(named),
        name="step",
        key=key,
        t=t,
        default=_picked(funnel, key),
        show=lambda name: named[name].names.in_language(t.language) if name in named else name,
        help=t("Choose a step here, or click it in the funnel."),
    )
    return named[chosen]


def _show_step(screen: Screen, funnel: Funnel, step: FunnelStep) -> None:
    t, before = screen.t, funnel.before(step.id)
    st.markdown(plain(step_headline(funnel, step, t)))
    with st.grid(2, min_column_width=150, gap="small"):
        st.metric(t("Of the step before"), t.percent(step.step_rate), border=True)
        st.metric(t("Of all that entered"), t.percent(step.overall_rate), border=True)
        st.metric(t("Lost before it"), t.number(step.lost if before else None, 0), border=True)
        if step.amount is not None:
            label = t("Amount lost") if step.lost_amount else t("Amount")
            amount = step.lost_amount or step.amount
            st.metric(label, plain(t.money(amount, funnel.currency, compact=True)), border=True)
        else:
            st.metric(t("Records"), t.number(step.count, 0), border=True)


def _choose_values(screen: Screen, journey: str, only: Breakdown) -> str | None:
    """The filter that keeps the chosen values of a dimension."""
    t = screen.t
    found = answer(screen, replace(JourneyQuery(journey), dimensions=(only.name,))).frame[only.name]
    values: Sequence[str | None] = list(dict.fromkeys(None if value is None else str(value) for value in found))
    chosen = choose_several(
        st.multiselect,
        only.names.in_language(t.language),
        tuple(NONE if value is None else value for value in values),
        name="values",
        key=f"{journey}.values",
        show=lambda value: t("(none)") if value == NONE else value,
        placeholder=t("All"),
    )
    return only_these(only.name, [None if value == NONE else value for value in chosen])
