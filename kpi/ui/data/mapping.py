"""The card of one draft: what was found, what its rows are, which column feeds which field, and what is still open."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from kpi.errors import KpiError
from kpi.ingest import ColumnMapping
from kpi.language import Translator
from kpi.model import entities, entity
from kpi.narrate import change_sentences, why
from kpi.ui.data.choices import offer_choices
from kpi.ui.data.desk import Draft, change_draft, drop_draft
from kpi.ui.data.found import OWN_TABLE, describe, entity_name, field_name, type_words, warnings
from kpi.ui.data.modes import choose_mode
from kpi.ui.data.questions import ask
from kpi.ui.data.words import categories, edit_words
from kpi.ui.errors import show_error
from kpi.ui.session import Screen
from kpi.ui.text import plain

MOST_CELL = 120  # letters of a sample cell that are shown
GRID_ROW_PIXELS = 35


def show_draft(screen: Screen, draft: Draft, *, wide: bool) -> None:
    """Draw the card, with its columns laid open when it is `wide`; corrections change the desk at once."""
    t = screen.t
    with st.container(border=True, key=f"data-draft-{draft.key}"):
        st.subheader(plain(draft.title), anchor=False)
        more = len(draft.tables) - 1
        if more:
            st.markdown(t.plural("and {n} more file of the same shape", "and {n} more files of the same shape", more))
        st.caption(plain(describe(draft.tables[0], t)))
        for warning in warnings(draft.mapping, t):
            st.warning(warning)
        if draft.mapping.changes is not None:
            st.info(plain(" ".join(change_sentences(draft.mapping.changes, t))))
        _choose_entity(screen, draft)
        for question in draft.mapping.questions:
            ask(screen, draft, question)
        choose_mode(screen, draft)
        offer_choices(screen, draft)
        # Its state is the reader's: only the first drawing follows `wide`, so that nothing folds up by itself.
        with st.expander(t("Columns and first rows"), expanded=wide, key=f"data.look.{draft.key}"):
            names = [t("Columns"), t("First rows"), *([t("Words")] if categories(draft.base) else [])]
            columns, rows, *values = st.tabs(names)
            with columns:
                _edit_columns(screen, draft)
            with rows:
                _show_first_rows(draft, t)
            for tab in values:
                with tab:
                    edit_words(screen, draft)
        if st.button(t("Leave this file out"), key=f"data.drop.{draft.key}", type="tertiary"):
            drop_draft(screen.workspace.id, draft.key)
            st.rerun()


def _choose_entity(screen: Screen, draft: Draft) -> None:
    t, mapping = screen.t, draft.mapping
    guessed = [guess.entity for guess in mapping.guesses]
    options = [*guessed, *(name for name in entities() if name not in guessed), OWN_TABLE]
    current = mapping.entity or OWN_TABLE
    chosen = st.selectbox(
        t("Each row is one of these"),
        options,
        index=options.index(current),
        key=f"data.entity.{draft.key}.{draft.drawn}",
        format_func=lambda name: entity_name(name, t),
        help=t("What the rows are decides which KPIs they feed."),
    )
    if chosen != current:
        change_draft(screen.workspace.id, draft.redrawn(mapping.with_entity(chosen or None)))
        st.rerun()
    grain = entity(chosen).grain.in_language(t.language) if chosen else ""
    reasons = why(mapping.reasons, t) if mapping.entity else t("Fits no kind; it keeps its own columns.")
    st.caption(plain(" · ".join(filter(None, (grain, reasons)))))


def _edit_columns(screen: Screen, draft: Draft) -> None:
    t, base = screen.t, draft.base
    own = t("(its own column)")
    labels = {own: None} | {field_name(base.entity, name, t): name for name in _fields(base)}
    frame = _grid(base, own, t)
    edited = st.data_editor(
        frame,
        key=f"data.grid.{draft.key}.{draft.drawn}",
        hide_index=True,
        width="stretch",
        height=GRID_ROW_PIXELS * (min(len(frame), 14) + 1) + 3,
        disabled=["column", "samples", "type", "why"],
        column_config={
            "column": st.column_config.TextColumn(t("Column in the file"), width="medium"),
            "feeds": st.column_config.SelectboxColumn(
                t("Feeds the field"), options=list(labels), required=True, width="medium"
            ),
            "type": st.column_config.TextColumn(t("Read as"), width="medium"),
            "why": st.column_config.TextColumn(t("Because"), width="medium"),
            "samples": st.column_config.TextColumn(t("For example"), width="large"),
        },
    )
    mapping = base
    for before, after, column in zip(frame["feeds"], edited["feeds"], base.columns, strict=True):
        if after == before:
            continue
        try:
            mapping = mapping.with_field(column.source, labels[after])
        except KpiError as error:
            show_error(error, t)
            return
    if mapping != base:
        change_draft(screen.workspace.id, draft.redrawn(mapping))
        st.rerun()


def _fields(mapping: ColumnMapping) -> list[str]:
    return [field.id for field in entity(mapping.entity).fields] if mapping.entity else []


def _grid(mapping: ColumnMapping, own: str, t: Translator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "column": [column.source for column in mapping.columns],
            "feeds": [
                field_name(mapping.entity, column.field, t) if column.field else own for column in mapping.columns
            ],
            "type": [type_words(column, t) for column in mapping.columns],
            "why": [why(column.reasons, t) for column in mapping.columns],
            "samples": [
                " · ".join(_short(text) for text in mapping.columns_samples(column)) for column in mapping.columns
            ],
        }
    )


def _show_first_rows(draft: Draft, t: Translator) -> None:
    table = draft.tables[0]
    # Headers may be missing, doubled or hold signs that a grid reads as paths: the columns are numbered.
    width = len(table.columns)
    rows = [[_short(cell) for cell in (*row, *[""] * width)[:width]] for row in table.first_rows]
    frame = pd.DataFrame(rows, columns=[f"c{at}" for at in range(width)])
    names = [found.name or t("column {number}", number=at + 1) for at, found in enumerate(table.columns)]
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        column_config={f"c{at}": st.column_config.TextColumn(name) for at, name in enumerate(names)},
    )


def _short(text: str) -> str:
    return text if len(text) <= MOST_CELL else text[: MOST_CELL - 1] + "…"
