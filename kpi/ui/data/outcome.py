"""What a load has brought: rows, the KPIs that light up, and what did not fit, to look at and to take along."""

from __future__ import annotations

import streamlit as st

from kpi.language import Translator
from kpi.ui.answers import lit_kpis
from kpi.ui.data.desk import read_desk
from kpi.ui.data.found import entity_name
from kpi.ui.data.issues import show_issues
from kpi.ui.session import Screen, go_to
from kpi.ui.text import plain

MOST_NAMES = 12  # KPIs named after a load before the rest is counted


def show_outcome(screen: Screen) -> None:
    """Draw the outcome of the last load of this session; nothing before there is one."""
    t, desk = screen.t, read_desk(screen.workspace.id)
    if desk.loaded is None:
        return
    loaded = desk.loaded
    parts = [
        t.plural("{n} row of {table}", "{n} rows of {table}", table.rows, table=_named(table.entity, table.table, t))
        for table in loaded.tables
    ]
    st.success(t("Loaded {parts}.", parts=plain(t.list(parts))))
    fresh = [name for name in screen.context.definitions.kpis if name in lit_kpis(screen) - desk.lit_before]
    if fresh:
        names = [screen.context.definitions.kpis[name].names.in_language(t.language) for name in fresh]
        shown, more = names[:MOST_NAMES], len(names) - MOST_NAMES
        said = ", ".join(shown) if t.language == "en" else "、".join(shown)
        if more > 0:
            said = t.plural("{names} and {n} more", "{names} and {n} more", more, names=said)
        st.markdown(t("These KPIs have their data now: {names}.", names=plain(said)))
    if loaded.issues:
        show_issues(screen, loaded)
    if st.button(t("See the scorecard"), key="data.scorecard", type="primary"):
        go_to("scorecard")


def _named(entity: str | None, table: str, t: Translator) -> str:
    return entity_name(entity, t) if entity else table
