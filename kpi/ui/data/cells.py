"""Cells that did not fit, typed anew in a grid: checked as a load would; a refusal loses nothing that was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from kpi.errors import KpiError
from kpi.ingest import Edit, edit_rows, read_issues
from kpi.language import Translator
from kpi.quality.matters import Matter
from kpi.ui.data.repair import Repair, is_time_to_save, open_repair, show_refusal, start_repair
from kpi.ui.errors import error_text
from kpi.ui.jobs import Job
from kpi.ui.session import Screen
from kpi.workspace import Home

MOST_CELLS = 200
GRID_ROW_PIXELS = 35


def edit_cells(screen: Screen, matter: Matter, repair: Repair) -> None:
    """The grid, with what was typed before it was refused, and the buttons that save it or leave it."""
    t, name = screen.t, matter.name
    issues = _issues(screen, matter, repair.mistake)
    show_refusal(screen, repair, name)
    st.caption(_how(screen, matter))
    edited = st.data_editor(
        _grid(issues, repair, t),
        key=f"data.cells.{name}.{repair.drawn}",
        hide_index=True,
        width="stretch",
        height=GRID_ROW_PIXELS * (min(len(issues), 10) + 1) + 3,
        disabled=["remark", "row", "found", "column", "file", "sheet"],
        column_config=_columns(t),
        placeholder="",
    )
    if matter.count > len(issues):
        st.caption(t("The first {shown} of {all} are shown.", shown=len(issues), all=matter.count))
    reason = st.text_input(t("Why (kept with the change)"), key=f"data.cells.why.{name}", max_chars=300)
    texts = _typed(issues, edited)
    with st.container(horizontal=True):
        save = t.plural("Check and save {n} cell", "Check and save {n} cells", len(texts))
        clicked = st.button(save, key="data.cells.save", type="primary", disabled=not texts or repair.job is not None)
        if st.button(t("Close"), key="data.cells.close"):
            open_repair(screen.workspace.id, None)
    if is_time_to_save(screen, name, clicked=clicked):
        edits = [Edit(row_id, matter.field or "", text) for row_id, text in texts.items()]
        work = partial(_save, screen.home, screen.workspace.id, matter.table, edits, reason, t)
        start_repair(screen, name, t("Saving"), work, texts)


def _issues(screen: Screen, matter: Matter, mistake: KpiError | None) -> pd.DataFrame:
    """The cells in question, those of stored rows; the one that was refused comes first, `refused`."""
    found = [read_issues(screen.dataset, kind=kind, placed=True, limit=MOST_CELLS) for kind in matter.kinds]
    every = pd.concat(found, ignore_index=True)
    stored = every[every["row_id"].notna()].head(MOST_CELLS)
    refused = [_is_at(mistake, row) for row in stored.to_dict("records")]
    placed: pd.DataFrame = stored.assign(refused=refused).sort_values("refused", ascending=False, kind="stable")
    return placed.reset_index(drop=True)


def _how(screen: Screen, matter: Matter) -> str:
    t, table = screen.t, screen.dataset.tables[matter.table]
    column = table.column(matter.field or "")
    told = t("Type each value as the others of its column are written, or tick that it stays empty.")
    if column is not None and column.type.is_time:
        told += t(" Days such as 2024-03-05 are always understood.")
    return told


def _grid(issues: pd.DataFrame, repair: Repair, t: Translator) -> pd.DataFrame:
    typed = [repair.typed.get(int(row_id)) for row_id in issues["row_id"]]
    grid = pd.DataFrame(
        {
            "row": issues["row"],
            "found": issues["value"],
            "new": pd.Series([text or None for text in typed], dtype="object"),
            "empty": [text == "" for text in typed],
            "column": issues["column"],
            "file": issues["file"],
        }
    )
    if issues["sheet"].notna().any():
        grid["sheet"] = issues["sheet"]
    mistake = repair.mistake
    if mistake is not None and issues["refused"].any():
        grid.insert(3, "remark", [_remark(mistake, t) if here else None for here in issues["refused"]])
    return grid


def _is_at(mistake: KpiError | None, row: Mapping[Any, Any]) -> bool:
    if mistake is None:
        return False
    where = mistake.where
    sheet = row["sheet"] if isinstance(row["sheet"], str) else None
    return (where.file, where.sheet, where.row) == (row["file"], sheet, row["row"])


def _remark(mistake: KpiError, t: Translator) -> str:
    return f"⚠ {error_text(mistake, t).message}"


def _columns(t: Translator) -> dict[str, Any]:
    return {
        "remark": st.column_config.TextColumn(t("Not taken"), width="medium"),
        "row": st.column_config.NumberColumn(t("Row"), format="%d", width="small"),
        "found": st.column_config.TextColumn(t("Found")),
        "new": st.column_config.TextColumn(t("New value")),
        "empty": st.column_config.CheckboxColumn(t("Stays empty"), width="small"),
        "column": st.column_config.TextColumn(t("Column")),
        "file": st.column_config.TextColumn(t("File")),
        "sheet": st.column_config.TextColumn(t("Sheet")),
    }


def _typed(issues: pd.DataFrame, edited: pd.DataFrame) -> dict[int, str]:
    """What was typed, by row id; what stays empty is an empty text."""
    found: dict[int, str] = {}
    for row_id, new, empty in zip(issues["row_id"], edited["new"], edited["empty"], strict=True):
        if isinstance(new, str) and new.strip():
            found[int(row_id)] = new
        elif empty:
            found[int(row_id)] = ""
    return found


def _save(
    home: Home, workspace: str, table: str, edits: Sequence[Edit], reason: str, t: Translator, job: Job[str]
) -> str:
    edit_rows(home, workspace, table, edits, reason=reason.strip(), cancel=job.cancel)
    return t.plural(
        "{n} cell corrected. Under Loads it can be undone.",
        "{n} cells corrected. Under Loads it can be undone.",
        len(edits),
    )
