"""Can the numbers be trusted? The part of page Data about what did not fit, what it means, and how tables meet."""

from __future__ import annotations

import streamlit as st

from kpi.ingest.issues import Scope
from kpi.ui.data.joins import show_joins
from kpi.ui.data.matters import show_matters
from kpi.ui.data.meaning import issue_kinds
from kpi.ui.data.repair import show_repair
from kpi.ui.session import Screen

ISSUES_KEY, JOINS_KEY = "data.issues_open", "data.joins_open"


def show_quality(screen: Screen) -> None:
    """Two folds, which work out what they say only once they are open."""
    t = screen.t
    st.subheader(t("Data quality"), anchor=False)
    st.caption(_counted(screen))
    repair = show_repair(screen)
    issues = st.expander(t("Issues, and what they do to the KPIs"), key=ISSUES_KEY, on_change="rerun")
    if issues.open:
        with issues:
            show_matters(screen, repair)
    joins = st.expander(t("How the tables meet"), key=JOINS_KEY, on_change="rerun")
    if joins.open:
        with joins:
            show_joins(screen, repair)


def _counted(screen: Screen) -> str:
    """How much did not fit, over all loads."""
    t, kinds = screen.t, issue_kinds(screen)
    cells = sum(kind.count for kind in kinds if kind.scope is Scope.CELL)
    lines = sum(kind.count for kind in kinds if kind.scope is Scope.LINE)
    parts = []
    if cells:
        parts.append(t.plural("{n} value did not fit its column", "{n} values did not fit their columns", cells))
    if lines:
        parts.append(t.plural("{n} line was set aside", "{n} lines were set aside", lines))
    return " · ".join(parts) if parts else t("Every value of every load fitted.")
