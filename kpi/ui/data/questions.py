"""What only a person can decide about a file: asked on its card, with the file's own values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import streamlit as st

from kpi.ingest import Question
from kpi.language import Translator, mark
from kpi.ui.data.desk import Draft, change_draft
from kpi.ui.data.found import entity_name
from kpi.ui.session import Screen
from kpi.ui.text import plain

MOST_DAYS = 3
_ORDERS: Mapping[str, str] = MappingProxyType(
    {"dmy": mark("Day first"), "mdy": mark("Month first"), "ymd": mark("Year first")}
)
_SPEAKS: Mapping[str, str] = MappingProxyType(
    {
        "other_column": mark("Another column of this file is written so."),
        "start_before_end": mark("Read so, no row ends before it starts; read otherwise, some do."),
        "file_order": mark("Read so, the rows follow one another in time; read otherwise, they jump about."),
        "not_future": mark("Read otherwise, some days have not come yet."),
        "weekdays": mark("Read so, hardly a day is a Saturday or Sunday."),
        "close_together": mark("Read so, the days lie much closer together."),
    }
)


def ask(screen: Screen, draft: Draft, question: Question) -> None:
    """Draw one open question; its answer changes the draft."""
    key = f"data.ask.{draft.key}.{question.kind}.{question.column}"
    with st.container(border=True):
        if question.kind == "date_order" and question.column is not None:
            _ask_order(screen, draft, question, question.column, key)
        elif question.kind == "entity":
            _ask_entity(screen, draft, question, key)
        else:
            _ask_single(screen, draft, key)


def _ask_order(screen: Screen, draft: Draft, question: Question, column: str, key: str) -> None:
    t = screen.t
    st.markdown(t("**{column}**: does the day or the month come first?", column=plain(column)))
    order = st.radio(
        t("How to read it"),
        question.choices,
        index=question.choices.index(question.recommended) if question.recommended else None,
        key=key,
        format_func=lambda order: _read_so(order, question, t),
        label_visibility="collapsed",
    )
    if question.recommended and question.reason is not None and question.reason in _SPEAKS:
        name = t(_ORDERS[question.recommended])
        st.caption(t("Recommended: {order}. {reason}", order=name, reason=t(_SPEAKS[question.reason])))
    if st.button(t("Read it so"), key=f"{key}.yes", disabled=order is None) and order is not None:
        change_draft(screen.workspace.id, draft.redrawn(draft.mapping.with_date_order(column, order)))
        st.rerun()


def _read_so(order: str, question: Question, t: Translator) -> str:
    """`Day first · 03/04/2024 → 3 April 2024`, for some of the column's own values."""
    days = next((reading.days for reading in question.readings if reading.order == order), ())
    read = [(text, day) for text, day in zip(question.samples, days, strict=False) if day]
    shown = [f"{plain(text)} → {t.date(date.fromisoformat(day))}" for text, day in read[:MOST_DAYS]]
    return " · ".join([t(_ORDERS[order]), *shown])


def _ask_entity(screen: Screen, draft: Draft, question: Question, key: str) -> None:
    t, mapping = screen.t, draft.mapping
    names = t.list([entity_name(choice or None, t) for choice in question.choices[:-1]])
    st.markdown(t("This could be several things: {names}. Choose above, or confirm.", names=plain(names)))
    if st.button(t("It is {name}", name=entity_name(mapping.entity, t)), key=f"{key}.yes"):
        change_draft(screen.workspace.id, draft.redrawn(mapping.with_entity(mapping.entity)))
        st.rerun()


def _ask_single(screen: Screen, draft: Draft, key: str) -> None:
    t = screen.t
    st.markdown(t("Only one column was found. Load it like that?"))
    if st.button(t("Yes, one column"), key=f"{key}.yes"):
        change_draft(screen.workspace.id, draft.redrawn(draft.mapping.accept()))
        st.rerun()
