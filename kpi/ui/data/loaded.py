"""What is in the workspace: its tables, and the loads that brought them, each of which can be taken away again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from kpi.language import Translator
from kpi.model import entities
from kpi.ui.answers import lit_kpis
from kpi.ui.data.desk import change_desk
from kpi.ui.data.found import entity_name
from kpi.ui.dialogs import close_dialog, open_dialog, show_dialog
from kpi.ui.past import past_key
from kpi.ui.session import Screen, go_to
from kpi.ui.text import plain
from kpi.workspace import Load, Table, delete_load, list_loads


def headline(screen: Screen) -> str:
    """What is loaded, in one sentence."""
    t, tables = screen.t, screen.dataset.tables
    if not tables:
        return t("Nothing is loaded yet. Drop the files that your CRM, shop or billing system exports.")
    kpis = screen.context.definitions.kpis
    return t(
        "{rows} rows in {tables}, up to {day}. {lit} of {all} KPIs have the data they need.",
        rows=sum(table.rows for table in tables.values()),
        tables=t.plural("{n} table", "{n} tables", len(tables)),
        day=screen.context.now,
        lit=len(lit_kpis(screen)),
        all=sum(not kpi.archived for kpi in kpis.values()),
    )


def show_tables(screen: Screen) -> None:
    """Every loaded table with its rows and the days it reaches over."""
    t, tables = screen.t, screen.dataset.tables
    st.subheader(t("Tables"), anchor=False)
    frame = pd.DataFrame(
        [
            {
                "table": entity_name(table.entity, t) if table.entity else name,
                "rows": t.number(table.rows, 0),
                "days": _days(table, t),
                "columns": len(table.columns),
                "files": len(table.files),
            }
            for name, table in tables.items()
        ]
    )
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        key="data.tables",
        height="content",
        column_config={
            "table": st.column_config.TextColumn(t("Table"), width="medium"),
            "rows": st.column_config.TextColumn(t("Rows"), alignment="right"),
            "days": st.column_config.TextColumn(t("From – to"), width="medium"),
            "columns": st.column_config.NumberColumn(t("Columns"), format="%d"),
            "files": st.column_config.NumberColumn(t("Data files"), format="%d"),
        },
    )


def show_loads(screen: Screen) -> None:
    """Every load, newest first, with a button that takes its rows away."""
    t = screen.t
    st.subheader(t("Loads"), anchor=False)
    for load in list_loads(screen.home, screen.workspace.id):
        with st.container(border=True, key=f"data-load-{load.load_id}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                words, button = st.container(), st.container(width="content")
            with words:
                st.markdown(f"**{plain(_files(load, t))}**")
                rows = sum(int(part.get("rows", 0)) for part in load.summary.values())
                issues = sum(int(part.get("issues", 0)) for part in load.summary.values())
                parts = [
                    t.moment(load.loaded_at, screen.workspace.time_zone),
                    t.plural("{n} row", "{n} rows", rows),
                    t.list([entity_name(name, t) if name in entities() else name for name in load.summary]),
                ]
                if issues:
                    parts.append(t.plural("{n} issue", "{n} issues", issues))
                st.caption(plain(" · ".join(parts)))
            with button, st.container(horizontal=True, gap="small"):
                if st.button(
                    t("As it was"), key=f"data.past.{load.load_id}", help=t("See the data as this load left it")
                ):
                    st.session_state[past_key(screen.workspace.id)] = str(load.load_id)
                    go_to("scorecard")
                label = t("Take away")
                if st.button(label, key=f"data.delete.{load.load_id}", help=t("Delete the rows of this load")):
                    open_dialog(f"delete_load_{load.load_id}")
            show_dialog(f"delete_load_{load.load_id}", t("Take these rows away?"), partial(_delete, screen, load), t)


def _delete(screen: Screen, load: Load) -> None:
    t = screen.t
    st.markdown(t("The rows that came with **{files}** leave every KPI and funnel.", files=plain(_files(load, t))))
    if st.button(t("Take the rows away"), key="data.delete_do", type="primary"):
        delete_load(screen.home, screen.workspace.id, load.load_id)
        change_desk(screen.workspace.id, lambda desk: replace(desk, loaded=None))
        close_dialog()
        st.rerun()


def _files(load: Load, t: Translator) -> str:
    shown, more = load.files[:3], len(load.files) - 3
    names = ", ".join(shown)
    return t.plural("{names} and {n} more", "{names} and {n} more", more, names=names) if more > 0 else names


def _days(table: Table, t: Translator) -> str:
    """The first and last day in the table's own time column, or in any when it has none."""
    own = entities()[table.entity].time if table.entity else None
    times = [own] if own and table.column(own) else [column.name for column in table.columns if column.type.is_time]
    firsts = [day for name in times if (day := table.earliest(name))]
    lasts = [day for name in times if (day := table.latest(name))]
    return f"{t.date(min(firsts))} – {t.date(max(lasts))}" if firsts and lasts else "–"
