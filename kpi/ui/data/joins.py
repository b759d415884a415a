"""How the loaded tables meet: match rates both ways, the keys that find nothing, and what these were meant to be."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from kpi.language import Translator
from kpi.narrate.quality import join_sentence
from kpi.quality import Join, Unmatched
from kpi.ui.data.corrections import list_corrections, offer_corrections
from kpi.ui.data.found import entity_name, field_name
from kpi.ui.data.issues import write_safely
from kpi.ui.data.meaning import joins
from kpi.ui.data.repair import Repair
from kpi.ui.server.download import Download, offer_download
from kpi.ui.server.paths import base_path
from kpi.ui.session import Screen
from kpi.ui.text import plain

MOST_KEYS = 10  # unmatched keys on screen; the file has all
KEY_ROW_PIXELS = 35


def show_joins(screen: Screen, repair: Repair) -> None:
    """Every join, those with keys that find nothing first; corrections that suggest themselves; those in force."""
    t = screen.t
    found = joins(screen)
    if found is None:
        return
    if not found:
        st.info(t("No table refers to another one yet. Load, say, the products or the accounts that the deals name."))
    offer_corrections(screen, found, repair)
    for join in sorted(found, key=lambda join: not join.unmatched):
        with st.container(border=True, key=f"data-join-{_name(join)}"):
            _show(screen, join)
    list_corrections(screen)


def _show(screen: Screen, join: Join) -> None:
    t = screen.t
    st.markdown(f"**{plain(_title(screen, join))}**")
    st.markdown(plain(join_sentence(join, t)))
    if join.match.empty_rows:
        empty = t.plural(
            "{n} row names none and is not counted.", "{n} rows name none and are not counted.", join.match.empty_rows
        )
        st.caption(empty)
    if not join.unmatched:
        return
    st.dataframe(
        _keys(join.unmatched[:MOST_KEYS], t),
        hide_index=True,
        width="stretch",
        height=KEY_ROW_PIXELS * (min(len(join.unmatched), MOST_KEYS) + 1) + 3,
        key=f"data.unmatched.{_name(join)}",
        column_order=["key", "rows", *(["meant"] if any(item.near for item in join.unmatched) else [])],
        column_config={
            "key": st.column_config.TextColumn(t("Finds nothing")),
            "rows": st.column_config.TextColumn(t("Rows"), alignment="right", width="small"),
            "meant": st.column_config.TextColumn(t("Probably meant")),
        },
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(join.unmatched) > MOST_KEYS:
            st.caption(t("The first {shown} of {all} are shown.", shown=MOST_KEYS, all=len(join.unmatched)))
        download = _download(screen, join)
        st.link_button(t("Download all as CSV"), download.link, key=f"data.unmatched.{_name(join)}.csv")


def _title(screen: Screen, join: Join) -> str:
    """`Opportunities · Product → Products`."""
    t, pair = screen.t, join.pair
    source, target = screen.dataset.tables[pair.source], screen.dataset.tables[pair.target]
    names = [entity_name(table.entity, t) if table.entity else table.name for table in (source, target)]
    return f"{names[0]} · {field_name(source.entity, pair.column, t)} → {names[1]}"


def _name(join: Join) -> str:
    return "-".join((join.pair.source, join.pair.column, join.pair.target))


def _keys(unmatched: Sequence[Unmatched], t: Translator) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"key": item.key, "rows": t.number(item.rows, 0), "meant": item.near.key if item.near else "–"}
            for item in unmatched
        ]
    )


def _download(screen: Screen, join: Join) -> Download:
    """The file with all keys that find nothing, written once in a session."""
    key = f"data.unmatched.{screen.workspace.id}.{screen.dataset.version}.{_name(join)}.{screen.t.language}"
    known: Download | None = st.session_state.get(key)
    if known is not None and known.path.exists():
        return known
    name = f"unmatched-{screen.workspace.id}-v{screen.dataset.version}-{_name(join)}.csv"
    made = offer_download(screen.home, name, base_path())
    t = screen.t
    frame = pd.DataFrame([(item.key, item.rows, item.near.key if item.near else None) for item in join.unmatched])
    frame.columns = pd.Index([t("Finds nothing"), t("Rows"), t("Probably meant")])
    write_safely(frame, made.path)
    st.session_state[key] = made
    return made
