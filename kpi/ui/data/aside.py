"""Lines that were set aside: cut into cells as far as can be told, mended in a form, and added as rows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from kpi.ingest import AddedRow, add_rows, read_issues
from kpi.ingest.lines import cut_line, line_columns
from kpi.language import Translator
from kpi.model import entities
from kpi.quality.matters import Matter
from kpi.ui.data.found import field_name
from kpi.ui.data.issues import reason_words
from kpi.ui.data.repair import Repair, open_repair, show_refusal, start_repair
from kpi.ui.errors import error_text
from kpi.ui.jobs import Job
from kpi.ui.session import Screen
from kpi.ui.text import plain
from kpi.workspace import Column, Home, Table

MOST_LINES = 200


def mend_line(screen: Screen, matter: Matter, repair: Repair) -> None:
    """Choose a line, see it as it stood in the file, fill its cells in, save it as a row."""
    t, name = screen.t, matter.name
    lines = _lines(screen, matter)
    show_refusal(screen, repair, name)
    if not lines:
        return
    at = st.selectbox(
        t("The line to mend"),
        range(len(lines)),
        key=f"data.line.{name}.{screen.dataset.version}",
        format_func=lambda at: _title(lines[at], t),
    )
    line = lines[at]
    table = screen.dataset.tables[matter.table]
    if line["value"]:
        st.code(line["value"], language=None, wrap_lines=True)
    else:
        st.caption(t("What else stood in this line is not kept; look it up in the file."))
    columns = line_columns(screen.home, screen.workspace.id, table, line["load"])
    given = cut_line(line["value"], columns) if line["value"] else {}
    key = f"data.line.{name}.{line['load']}.{line['file']}.{line['row']}"
    with st.form(f"{key}.form", border=False):
        with st.grid("auto", min_column_width=200, gap="small"):
            cells = {column.name: _ask(column, table, given, repair, f"{key}.{column.name}", t) for column in columns}
        reason = st.text_input(t("Why (kept with the change)"), key=f"{key}.why", max_chars=300)
        with st.container(horizontal=True):
            save = st.form_submit_button(
                t("Check and save as a row"), key="data.line.save", type="primary", disabled=repair.job is not None
            )
            close = st.form_submit_button(t("Close"), key="data.line.close")
    if close:
        open_repair(screen.workspace.id, None)
    if save:
        row = AddedRow(
            {column: text for column, text in cells.items() if text.strip()},
            line["load"],
            line["file"],
            line["sheet"],
            line["row"],
        )
        work = partial(_save, screen.home, screen.workspace.id, matter.table, row, reason, t)
        start_repair(screen, name, t("Saving"), work)


def _lines(screen: Screen, matter: Matter) -> list[dict[str, Any]]:
    """The lines, each with what names it as plain values."""
    found = [read_issues(screen.dataset, kind=kind, placed=True, limit=MOST_LINES) for kind in matter.kinds]
    every = pd.concat(found, ignore_index=True).head(MOST_LINES)
    return [
        {
            "load": int(row["load"]),
            "file": row["file"],
            "sheet": row["sheet"] if isinstance(row["sheet"], str) else None,
            "row": int(row["row"]),
            "value": row["value"] if isinstance(row["value"], str) else "",
            "reason": row["reason"],
        }
        for row in every.to_dict("records")
    ]


def _title(line: Mapping[str, Any], t: Translator) -> str:
    place = t("{file}, row {number}", file=line["file"], number=str(line["row"]))
    return f"{place} · {reason_words(line['reason'], t)}"


def _ask(column: Column, table: Table, given: Mapping[str, str], repair: Repair, key: str, t: Translator) -> str:
    """One cell, and under it why it was not taken."""
    kind = entities().get(table.entity or "")
    field = kind.field(column.name) if kind else None
    label = field_name(table.entity, column.name, t) if field else column.label or column.name
    with st.container(gap="xxsmall"):
        text = st.text_input(
            t("{field} (needed)", field=plain(label)) if field and field.required else plain(label),
            value=given.get(column.name, ""),
            key=key,
            help=column.label if column.label not in (None, label) else None,
        )
        mistake = repair.mistake
        if mistake is not None and mistake.where.column in (column.label, column.name):
            st.markdown(f":small[:red[:material/error: {plain(error_text(mistake, t).message)}]]")
    return text


def _save(home: Home, workspace: str, table: str, row: AddedRow, reason: str, t: Translator, job: Job[str]) -> str:
    add_rows(home, workspace, table, [row], reason=reason.strip(), cancel=job.cancel)
    return t("The line is a row now. Under Loads it can be undone.")
