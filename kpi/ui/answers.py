"""Asked once, shown often: answers cached for as long as question, data and definitions stay the same."""

from __future__ import annotations

import streamlit as st

from kpi.evaluate import Context, Result, choose, evaluate
from kpi.semantic.query import JourneyQuery, KpiQuery, RowsQuery
from kpi.ui.session import Screen

MOST_ANSWERS = 500


def answer(screen: Screen, query: KpiQuery | JourneyQuery | RowsQuery, context: Context | None = None) -> Result:
    """The answer to a question in the screen's workspace. The same question of the same data is computed once.

    Another context asks the workspace as it was, such as before the last load.
    """
    asked = context or screen.context
    key = repr((str(screen.home.folder), asked.key, query))
    return _answer(key, query, asked)


@st.cache_data(show_spinner=False, max_entries=MOST_ANSWERS)
def _answer(key: str, _query: KpiQuery | JourneyQuery | RowsQuery, _context: Context) -> Result:
    return evaluate(_query, _context)


def lit_kpis(screen: Screen) -> frozenset[str]:
    """The KPIs that the loaded data can answer."""
    return _lit(repr((str(screen.home.folder), screen.context.key)), screen.context)


@st.cache_data(show_spinner=False, max_entries=100)
def _lit(key: str, _context: Context) -> frozenset[str]:
    kpis = _context.definitions.kpis
    return frozenset(
        name
        for name, kpi in kpis.items()
        if not kpi.archived and choose(kpi, _context.dataset, kpis).definition is not None
    )
