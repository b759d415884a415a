"""The rows behind a number: shown, searched, downloaded."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from kpi.evaluate import Result, RowsQuery, evaluate
from kpi.evaluate.breakdowns import field_names
from kpi.language import Translator
from kpi.report import in_zone, rows_csv
from kpi.report.table import INTERNAL
from kpi.ui.answers import answer
from kpi.ui.session import Screen

SHOWN = 1000
DOWNLOADED = 500_000
_PLACE = ("_file", "_sheet", "_line")


def show_records(screen: Screen, query: RowsQuery, key: str, *, name: str, entity: str | None = None) -> None:
    """The first rows with a search over them, and all of them as CSV. `name` names the downloaded file."""
    t = screen.t
    result = answer(screen, replace(query, limit=SHOWN + 1))
    more = len(result.frame) > SHOWN
    frame = in_zone(result, screen.workspace.time_zone).head(SHOWN)
    if frame.empty:
        st.info(t("There are no rows behind this number."))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input(t("Search in these rows"), key=f"{key}.search", placeholder=t("Company, name, number …"))
        st.download_button(
            t("Download CSV"),
            data=lambda: _all_rows(screen, query),
            file_name=_file_name(screen, name),
            mime="text/csv",
            key=f"{key}.download",
            on_click="ignore",
        )
    found = _matching(frame, wanted)
    st.dataframe(
        found,
        hide_index=True,
        key=f"{key}.rows",
        column_order=[column for column in found.columns if column not in (*INTERNAL, *_PLACE)] + list(_PLACE),
        column_config=_columns(screen, result, entity),
        height=min(420, 38 * (len(found) + 1) + 2),
        placeholder="",
        alt=t("Rows behind the number"),
    )
    counted = t.plural("{n} row", "{n} rows", len(found))
    st.caption(t("{rows} shown; there are more. The download holds all.", rows=counted) if more else counted)


def _all_rows(screen: Screen, query: RowsQuery) -> bytes:
    """Asked anew when the download is clicked: nothing is kept in memory until then."""
    return rows_csv(evaluate(replace(query, limit=DOWNLOADED), screen.context), screen.workspace.time_zone)


def _file_name(screen: Screen, name: str) -> str:
    """A name that differs by workspace, data version and view, as files of different content must."""
    readable = re.sub(r"[^\w.-]+", "-", name).strip("-")
    return f"{screen.workspace.id}-v{screen.dataset.version}-{readable}.csv"


def _matching(frame: pd.DataFrame, wanted: str) -> pd.DataFrame:
    if not wanted.strip():
        return frame
    text = frame.astype("string")
    hit = text.apply(lambda column: column.str.contains(wanted.strip(), case=False, regex=False, na=False))
    kept: pd.DataFrame = frame[hit.any(axis=1)]
    return kept


def _columns(screen: Screen, result: Result, entity: str | None) -> dict[str, Any]:
    t, table = screen.t, screen.dataset.tables.get(entity or "")
    own = {"_file": t("File"), "_sheet": t("Sheet"), "_line": t("Line")}
    config: dict[str, Any] = {}
    for column, unit in zip(result.frame.columns, result.units, strict=True):
        label = own.get(column) or (
            field_names(screen.dataset, table, column).in_language(t.language) if table else str(column)
        )
        config[column] = _column(label, unit, t)
    return config


def _column(label: str, unit: str, t: Translator) -> Any:
    if unit == "money":
        return st.column_config.NumberColumn(label, format="localized")
    if unit == "rate":
        return st.column_config.NumberColumn(label, format="percent")
    if unit == "date":
        return st.column_config.DateColumn(label, format="YYYY-MM-DD")
    if unit == "timestamp":
        return st.column_config.DatetimeColumn(label, format="YYYY-MM-DD HH:mm")
    return st.column_config.Column(label)
