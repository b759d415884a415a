"""What did not fit in a load: counted by reason, shown, and given out as a file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import streamlit as st

from kpi.ingest import LoadResult
from kpi.ingest.issues import read_issues
from kpi.language import Translator, mark
from kpi.ui.server.download import Download, offer_download
from kpi.ui.server.paths import base_path
from kpi.ui.session import Screen

MOST_SHOWN = 500
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so is run by spreadsheets
_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "not_an_integer": mark("not a whole number"),
        "not_a_number": mark("not a number"),
        "not_an_amount": mark("not an amount"),
        "other_currency": mark("in another currency than its row"),
        "not_a_date": mark("not a date"),
        "not_yes_or_no": mark("neither yes nor no"),
        "does_not_fit": mark("does not fit its column"),
        "broken_row": mark("the line is damaged"),
        "required_missing": mark("a value that every row needs is missing; the row was set aside"),
        "repeated_key": mark("a later row has the same key; this one was set aside"),
        "too_many_cells": mark("the line has too many values"),
        "too_few_cells": mark("the line has too few values"),
        "broken_quotes": mark("a quotation mark is never closed"),
        "line_too_long": mark("the line is too long"),
        "totals_row": mark("a total, not a record; it was set aside"),
        "repeated_header": mark("the header once more"),
        "repeated_title": mark("a title above the table, once more"),
        "footer_row": mark("a note at the end of the file"),
        "undecodable_bytes": mark("bytes that fit no letter of the encoding"),
    }
)


def show_issues(screen: Screen, loaded: LoadResult) -> None:
    """The issues of a load under a heading that counts them."""
    t = screen.t
    title = t.plural("{n} value or row did not fit", "{n} values or rows did not fit", loaded.issues)
    with st.expander(title, expanded=True, key=f"data-issues-{loaded.load_id}"):
        st.caption(t("The rows are loaded without these values; whole rows that could not be read were set aside."))
        frame = read_issues(screen.dataset, load_id=loaded.load_id, limit=MOST_SHOWN)
        st.dataframe(_worded(frame, t), hide_index=True, width="stretch", column_config=_columns(t))
        if loaded.issues > len(frame):
            st.caption(t("The first {shown} of {all} are shown.", shown=len(frame), all=loaded.issues))
        download = _download(screen, loaded)
        st.link_button(t("Download all as CSV"), download.link, key=f"data.issues.{loaded.load_id}.csv")


def reason_words(reason: str, t: Translator) -> str:
    """Why a value or row did not fit; the code itself where there are no words for it."""
    return t(_REASONS[reason]) if reason in _REASONS else reason


def _download(screen: Screen, loaded: LoadResult) -> Download:
    """The file with all issues of a load, written once in a session."""
    key = f"data.issues.{screen.workspace.id}.{loaded.load_id}.{screen.t.language}"
    known: Download | None = st.session_state.get(key)
    if known is not None and known.path.exists():
        return known
    made = offer_download(screen.home, f"issues-{screen.workspace.id}-{loaded.load_id}.csv", base_path())
    frame = read_issues(screen.dataset, load_id=loaded.load_id, limit=None)
    write_safely(_worded(frame, screen.t), made.path)
    st.session_state[key] = made
    return made


def write_safely(frame: pd.DataFrame, path: Path) -> None:
    """CSV for spreadsheets: with a byte order mark, and no cell that one would run as a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(frame.columns)
        for row in frame.itertuples(index=False, name=None):
            writer.writerow(["" if cell is None or cell != cell else _harmless(str(cell)) for cell in row])


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def _worded(frame: pd.DataFrame, t: Translator) -> pd.DataFrame:
    worded = frame.assign(reason=[reason_words(str(reason), t) for reason in frame["reason"]])
    return worded if worded["sheet"].notna().any() else worded.drop(columns="sheet")


def _columns(t: Translator) -> dict[str, Any]:
    return {
        "file": st.column_config.Column(t("File")),
        "sheet": st.column_config.Column(t("Sheet")),
        "row": st.column_config.NumberColumn(t("Row"), format="%d"),
        "column": st.column_config.Column(t("Column")),
        "value": st.column_config.Column(t("Value")),
        "reason": st.column_config.Column(t("Reason"), width="medium"),
    }
