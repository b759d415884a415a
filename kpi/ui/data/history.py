"""Earlier states of the data: what they take on disk, and the rule by which they go."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

import streamlit as st

from kpi.language import Translator, mark
from kpi.ui.dialogs import close_dialog, open_dialog, show_dialog
from kpi.ui.session import Screen
from kpi.workspace import disk_use, list_versions, purge, purgeable, read_retention, set_retention

MEGABYTE = 10**6
PURGE = "purge_history"
FOR_GOOD = -1
RULES: Mapping[int, str] = MappingProxyType(
    {
        FOR_GOOD: mark("for good"),
        365: mark("for a year"),
        90: mark("for 90 days"),
        30: mark("for 30 days"),
        7: mark("for a week"),
        0: mark("not at all"),
    }
)


def show_history(screen: Screen) -> None:
    """Disk space, the retention rule, and a purge with its price said first."""
    t, home, workspace = screen.t, screen.home, screen.workspace.id
    use, rule = disk_use(home, workspace), read_retention(home, workspace).days
    with st.expander(t("Earlier states and disk space"), key="data.history"):
        st.markdown(
            t(
                "The data on screen takes {shown} on disk. {kept} more are kept for undo, "
                "for looking back at {states}, and for taking single loads away.",
                shown=size(use.shown, t),
                kept=size(use.kept, t),
                states=t.plural("{n} state", "{n} states", use.versions),
            )
        )
        current = FOR_GOOD if rule is None else rule
        options = list(RULES) if current in RULES else [*RULES, current]
        chosen = st.selectbox(
            t("Keep earlier states"),
            options,
            index=options.index(current),
            key="data.retention",
            format_func=lambda days: _rule(days, t),
            help=t(
                "What is older is purged by the background worker, or by the button below. Today's data always stay."
            ),
        )
        if chosen != current:
            set_retention(home, workspace, None if chosen == FOR_GOOD else chosen)
            st.rerun()
        free = use.total - purgeable(home, workspace, rule).total
        leaving = use.versions - purgeable(home, workspace, rule).versions
        if leaving and st.button(t("Purge now: frees {size}", size=size(free, t)), key="data.purge"):
            open_dialog(PURGE)
        show_dialog(PURGE, t("Purge earlier states?"), partial(_purge, screen, leaving), t)
        _list(screen)


def size(count: int, t: Translator) -> str:
    """Bytes as people read them."""
    megabytes = count / MEGABYTE
    return f"{t.number(megabytes / 1000, 1)} GB" if megabytes >= 1000 else f"{t.number(megabytes, 1)} MB"


def _rule(days: int, t: Translator) -> str:
    return t(RULES[days]) if days in RULES else t.plural("for {n} day", "for {n} days", days)


def _purge(screen: Screen, leaving: int) -> None:
    t = screen.t
    st.markdown(
        t.plural(
            "{n} earlier state can then no longer be shown or gone back to. This cannot be undone.",
            "{n} earlier states can then no longer be shown or gone back to. This cannot be undone.",
            leaving,
        )
    )
    if st.button(t("Purge"), key="data.purge_do", type="primary"):
        purge(screen.home, screen.workspace.id)
        close_dialog()
        st.rerun()


_WHAT: Mapping[str, str] = MappingProxyType(
    {
        "load": mark("load {number} came in"),
        "edit": mark("cells were corrected (load {number})"),
        "undo": mark("load {number} was undone"),
        "delete": mark("load {number} was taken away"),
        "back": mark("back to load {number}"),
        "compact": mark("files were put together"),
    }
)
MOST_STATES = 50


def _list(screen: Screen) -> None:
    t = screen.t
    rows = [
        {
            "moment": t.moment(item.made_at, screen.workspace.time_zone),
            "what": t(_WHAT[item.what], number=str(item.load_id)) if item.what in _WHAT else item.what,
            "author": item.author,
        }
        for item in list_versions(screen.home, screen.workspace.id)[:MOST_STATES]
    ]
    st.dataframe(
        rows,
        hide_index=True,
        width="stretch",
        key="data.states",
        column_config={
            "moment": st.column_config.TextColumn(t("When")),
            "what": st.column_config.TextColumn(t("What happened"), width="large"),
            "author": st.column_config.TextColumn(t("By whom")),
        },
    )
