"""What do the words of a category mean? Each word of the file beside the value it becomes, to be corrected."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd
import streamlit as st

from kpi.ingest import ColumnMapping, MappedColumn
from kpi.ingest.words import KEPT, WordMatch
from kpi.language import Translator, mark
from kpi.ui.data.desk import Draft, change_draft
from kpi.ui.session import Screen
from kpi.ui.text import plain

_HOW: Mapping[str, str] = MappingProxyType(
    {
        "chosen": mark("your choice"),
        "exact": mark("known"),
        "near": mark("resembles “{known}”"),
        "other": mark("unknown, so the rest"),
        "kept": mark("kept as it is"),
    }
)


def categories(mapping: ColumnMapping) -> list[MappedColumn]:
    """The columns whose words decide a category."""
    return [column for column in mapping.columns if mapping.word_matches(column)]


def edit_words(screen: Screen, draft: Draft) -> None:
    """A grid for each category: word, what it becomes, and why."""
    for column in categories(draft.base):
        _edit(screen, draft, column)


def _edit(screen: Screen, draft: Draft, column: MappedColumn) -> None:
    t, base = screen.t, draft.base
    field, matches = base.category(column), base.word_matches(column)
    if field is None:
        return
    kept = t("(kept as it is)")
    st.markdown(f"**{plain(column.source)}** → {plain(field.names.in_language(t.language))}")
    frame = pd.DataFrame(
        {
            "word": [match.word for match in matches],
            "becomes": [match.canonical or kept for match in matches],
            "how": [_how(match, t) for match in matches],
        }
    )
    edited = st.data_editor(
        frame,
        key=f"data.values.{draft.key}.{column.at}.{draft.drawn}",
        hide_index=True,
        width="stretch",
        disabled=["word", "how"],
        column_config={
            "word": st.column_config.TextColumn(t("In the file")),
            "becomes": st.column_config.SelectboxColumn(t("Becomes"), options=[*field.values, kept], required=True),
            "how": st.column_config.TextColumn(t("Because")),
        },
    )
    changed = {
        match.word: KEPT if after == kept else str(after)
        for match, before, after in zip(matches, frame["becomes"], edited["becomes"], strict=True)
        if after != before
    }
    if changed:
        change_draft(screen.workspace.id, draft.redrawn(base.with_words(column.source, changed)))
        st.rerun()


def _how(match: WordMatch, t: Translator) -> str:
    return t(_HOW[match.how], known=match.known) if match.how in _HOW else match.how
