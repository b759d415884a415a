"""What is in the workspace: its tables, and the loads that brought them, each of which can be taken away again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import pandas as pd
import streamlit as st

from kpi.ingest import delete_load, go_back, undo
from kpi.language import Translator, mark
from kpi.model import entities
from kpi.ui.answers import lit_kpis
from kpi.ui.data.desk import change_desk
from kpi.ui.data.found import entity_name
from kpi.ui.dialogs import close_dialog, open_dialog, show_dialog
from kpi.ui.past import past_key
from kpi.ui.session import Screen, go_to
from kpi.ui.text import plain
from kpi.workspace import Load, Mode, Table, list_loads

UNDO = "undo_load"
_HOW: Mapping[str, str] = MappingProxyType(
    {
        Mode.UPSERT: mark("updated by key"),
        Mode.REPLACE: mark("replaced all"),
        Mode.EDIT: mark("corrected by hand"),
    }
)


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
    """Every load, newest first: look back to it, go back to it, or take its rows away; and undo for the newest."""
    t = screen.t
    loads = list_loads(screen.home, screen.workspace.id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(t("Loads"), anchor=False)
        if loads and st.button(t("Undo the last load"), key="data.undo"):
            open_dialog(UNDO)
    if loads:
        show_dialog(UNDO, t("Undo the last load?"), partial(_undo, screen, loads[0]), t)
    for load in loads:
        with st.container(border=True, key=f"data-load-{load.load_id}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                words, buttons = st.container(), st.container(width="content", horizontal=True, gap="small")
            with words:
                st.markdown(f"**{plain(_files(load, t))}**")
                st.caption(plain(" · ".join(_facts(screen, load))))
            with buttons:
                _offer_ways(screen, load, newest=load is loads[0])
    for load in loads:
        show_dialog(f"back_to_{load.load_id}", t("Go back to this load?"), partial(_go_back, screen, load), t)
        show_dialog(f"delete_load_{load.load_id}", t("Take these rows away?"), partial(_delete, screen, load), t)


def _facts(screen: Screen, load: Load) -> list[str]:
    """When it came, how, how many rows of what, and what did not fit."""
    t = screen.t
    rows = sum(int(part.get("rows", 0)) for part in load.summary.values())
    issues = sum(int(part.get("issues", 0)) for part in load.summary.values())
    modes = {str(part.get("mode", Mode.APPEND)) for part in load.summary.values()} - {Mode.APPEND}
    parts = [
        t("Load {number}", number=str(load.load_id)),
        t.moment(load.loaded_at, screen.workspace.time_zone),
        *(t(_HOW[mode]) for mode in sorted(modes) if mode in _HOW),
        t.plural("{n} row", "{n} rows", rows),
        t.list([entity_name(name, t) if name in entities() else name for name in load.summary]),
    ]
    return [*parts, t.plural("{n} issue", "{n} issues", issues)] if issues else parts


def _offer_ways(screen: Screen, load: Load, *, newest: bool) -> None:
    t = screen.t
    past = t("See the data as this load left it")
    if st.button(t("As it was"), key=f"data.past.{load.load_id}", help=past, type="tertiary"):
        st.session_state[past_key(screen.workspace.id)] = str(load.load_id)
        go_to("scorecard")
    back = t("Take all later loads away")
    if not newest and st.button(t("Go back"), key=f"data.back.{load.load_id}", help=back, type="tertiary"):
        open_dialog(f"back_to_{load.load_id}")
    away = t("Delete the rows of this load")
    if st.button(t("Take away"), key=f"data.delete.{load.load_id}", help=away, type="tertiary"):
        open_dialog(f"delete_load_{load.load_id}")


def _undo(screen: Screen, load: Load) -> None:
    t = screen.t
    st.markdown(
        t(
            "What **{files}** brought leaves every KPI and funnel; rows it replaced are as they were before.",
            files=plain(_files(load, t)),
        )
    )
    if st.button(t("Undo it"), key="data.undo_do", type="primary"):
        undo(screen.home, screen.workspace.id)
        _leave(screen)


def _go_back(screen: Screen, load: Load) -> None:
    t = screen.t
    st.markdown(t("The data is then as **{files}** left it; all later loads are gone.", files=plain(_files(load, t))))
    if st.button(t("Go back to it"), key="data.back_do", type="primary"):
        go_back(screen.home, screen.workspace.id, load.load_id)
        _leave(screen)


def _delete(screen: Screen, load: Load) -> None:
    t = screen.t
    st.markdown(t("The rows that came with **{files}** leave every KPI and funnel.", files=plain(_files(load, t))))
    if st.button(t("Take the rows away"), key="data.delete_do", type="primary"):
        delete_load(screen.home, screen.workspace.id, load.load_id)
        _leave(screen)


def _leave(screen: Screen) -> None:
    """Close the dialog and draw the page on the new state; what the last load said is no longer true."""
    change_desk(screen.workspace.id, lambda desk: replace(desk, loaded=None))
    close_dialog()
    st.rerun()


def _files(load: Load, t: Translator) -> str:
    shown, more = load.files[:3], len(load.files) - 3
    names = ", ".join(shown) or t("Changes by hand")  # an edit has no files
    return t.plural("{names} and {n} more", "{names} and {n} more", more, names=names) if more > 0 else names


def _days(table: Table, t: Translator) -> str:
    """The first and last day in the table's own time column, or in any when it has none."""
    own = entities()[table.entity].time if table.entity else None
    times = [own] if own and table.column(own) else [column.name for column in table.columns if column.type.is_time]
    firsts = [day for name in times if (day := table.earliest(name))]
    lasts = [day for name in times if (day := table.latest(name))]
    return f"{t.date(min(firsts))} – {t.date(max(lasts))}" if firsts and lasts else "–"
