"""How do a file's rows meet those that are there already? Asked only where some are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import streamlit as st

from kpi.ingest import LoadPlan, recommend
from kpi.language import Translator, mark
from kpi.ui.data.desk import Draft, change_draft
from kpi.ui.session import Screen
from kpi.workspace import Mode

MODES: Mapping[Mode, str] = MappingProxyType(
    {
        Mode.UPSERT: mark("Update by key"),
        Mode.APPEND: mark("Add"),
        Mode.REPLACE: mark("Replace all"),
    }
)
_MEANING: Mapping[Mode, str] = MappingProxyType(
    {
        Mode.UPSERT: mark("Rows with a known key take the place of the old ones; the others are added."),
        Mode.APPEND: mark("All rows are added, also those that are there already."),
        Mode.REPLACE: mark("All rows of this table are replaced by those of the file."),
    }
)


def meets_rows(screen: Screen, draft: Draft) -> bool:
    """Whether the draft's table holds rows already."""
    table = screen.dataset.tables.get(draft.mapping.table)
    return table is not None and table.rows > 0


def mode_of(screen: Screen, draft: Draft) -> tuple[Mode, tuple[str, ...]]:
    """What the reader has chosen, or what is recommended."""
    if not meets_rows(screen, draft):
        return Mode.APPEND, ()
    recommended, key = recommend(draft.mapping, screen.dataset)
    mode = draft.mode or recommended
    known = {column.name for column in draft.mapping.columns}
    chosen = draft.load_key if draft.load_key and set(draft.load_key) <= known else key
    return mode, chosen if mode is not Mode.APPEND else ()


def with_mode(screen: Screen, draft: Draft, plans: list[LoadPlan]) -> list[LoadPlan]:
    """The draft's plans with its mode and key."""
    mode, key = mode_of(screen, draft)
    return [replace(item, mode=mode, key=key) for item in plans]


def choose_mode(screen: Screen, draft: Draft) -> None:
    """Draw the choice; nothing where the table is new."""
    if not meets_rows(screen, draft):
        return
    t = screen.t
    mode, key = mode_of(screen, draft)
    rows = screen.dataset.tables[draft.mapping.table].rows
    chosen = st.segmented_control(
        t.plural("{n} row is there. The rows of this file:", "{n} rows are there. The rows of this file:", rows),
        list(MODES),
        default=mode,
        key=f"data.mode.{draft.key}",
        format_func=lambda item: t(MODES[item]),
        required=True,
    )
    st.caption(t(_MEANING[chosen or mode]))
    if chosen is Mode.UPSERT:
        key = _choose_key(draft, key, t)
    if (chosen, key) != (mode, mode_of(screen, draft)[1]):
        change_draft(screen.workspace.id, replace(draft, mode=chosen, load_key=key))
        st.rerun()


def _choose_key(draft: Draft, key: tuple[str, ...], t: Translator) -> tuple[str, ...]:
    labels = {column.name: column.source for column in draft.mapping.columns}
    chosen = st.multiselect(
        t("The key, by which a row is known"),
        list(labels),
        default=[name for name in key if name in labels],
        key=f"data.key.{draft.key}.{draft.drawn}",
        format_func=lambda name: labels[name],
        help=t("One column, such as an order number, or several together."),
    )
    return tuple(chosen)
