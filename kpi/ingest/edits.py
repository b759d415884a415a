"""How is loaded data mended in place? Cells are typed anew and read as their column was; lines set aside become rows.

An edit is a load of its own: it can be undone, and later loads meet the rows as edited. What does not fit its column is
refused, naming the row and the column, and nothing changes.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kpi.errors import MappingError, QueryError, near_names
from kpi.ingest.bench import UNDER_LOCK, open_bench
from kpi.ingest.history import state_with
from kpi.ingest.plans import LoadedTable, LoadResult
from kpi.ingest.statements import ROW_ID_STEP
from kpi.ingest.typed import AddedRow, Typed, typed_columns, write_typed
from kpi.settings import Settings, load_settings
from kpi.workspace import (
    Dataset,
    Home,
    Mode,
    NewFile,
    Table,
    TableState,
    load_lock,
    publish,
    read_dataset,
    reserve_load_id,
)


@dataclass(frozen=True)
class Edit:
    """A cell typed anew: the row's id, the stored column, and the text as a person writes it; empty for nothing."""

    row_id: int
    column: str
    text: str


def edit_rows(
    home: Home,
    workspace: str,
    table: str,
    edits: Sequence[Edit],
    *,
    author: str = "local",
    reason: str = "",
    settings: Settings | None = None,
    cancel: threading.Event | None = None,
) -> LoadResult:
    """Put typed values in the place of cells; what did not fit in them before is settled.

    Raises `MappingError` for a value that does not fit, a required one that is emptied, and a column or row that is not
    there. Categories that other words decided are decided anew.
    """
    rows: dict[int, dict[str, str]] = {}
    for edit in edits:
        rows.setdefault(edit.row_id, {})[edit.column] = edit.text
    typed = [Typed(row_id, cells) for row_id, cells in rows.items()]
    return _change(home, workspace, table, typed, author, reason, settings, cancel)


def add_rows(
    home: Home,
    workspace: str,
    table: str,
    rows: Sequence[AddedRow],
    *,
    author: str = "local",
    reason: str = "",
    settings: Settings | None = None,
    cancel: threading.Event | None = None,
) -> LoadResult:
    """Add rows typed by hand; the issue of a line that one of them mends is settled. Raises as `edit_rows` does."""
    typed = [Typed(0, row.cells, row) for row in rows]
    return _change(home, workspace, table, typed, author, reason, settings, cancel)


def _change(
    home: Home,
    workspace: str,
    name: str,
    typed: Sequence[Typed],
    author: str,
    reason: str,
    settings: Settings | None,
    cancel: threading.Event | None,
) -> LoadResult:
    if not typed:
        raise MappingError("nothing_to_load", "There is nothing to change.", remedy="Change at least one cell.")
    settings = settings or load_settings()
    with load_lock(home), open_bench(home, workspace, settings, cancel, mark=UNDER_LOCK) as bench:
        dataset = read_dataset(home, workspace)
        table = _table(dataset, name)
        columns = typed_columns(home, workspace, table, typed)
        load_id = reserve_load_id(home, workspace)
        first = load_id * ROW_ID_STEP + 1
        typed = [replace(row, row_id=first + at) if row.place else row for at, row in enumerate(typed)]
        delta = write_typed(bench, table, columns, typed, load_id)
        states = state_with(home, workspace, bench, [delta])
        (own,) = bench.publish_files([delta.file])
        shown = bench.publish_files(states[name])
        cells = sum(len(row.cells) for row in typed)
        version = publish(
            home,
            workspace,
            load_id,
            [NewFile(name, table.entity, own, Mode.EDIT)],
            names=[],
            summary={
                name: {
                    "entity": table.entity,
                    "rows": len(typed),
                    "issues": 0,
                    "files": 0,
                    "mode": Mode.EDIT.value,
                    "cells": cells,
                    "reason": reason,
                }
            },
            states=[TableState(name, table.entity, shown)],
            what="edit",
            author=author,
            based_on=dataset.version,
        )
    return LoadResult(load_id, version, (LoadedTable(name, table.entity, len(typed), 0, 0),))


def _table(dataset: Dataset, name: str) -> Table:
    table = dataset.tables.get(name)
    if table is None:
        raise QueryError(
            "unknown_table",
            f"There is no table {name!r} here.",
            found=name,
            near=near_names(name, list(dataset.tables)),
        )
    return table
